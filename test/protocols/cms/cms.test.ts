import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { signAttached, signDetached } from '../../../src/protocols/cms/sign.ts'
import { unwrapSigned } from '../../../src/protocols/cms/unwrap-signed.ts'
import { verifyDetached } from '../../../src/protocols/cms/verify-detached.ts'
import { der, derItemsOf, derSequence, derTag, expectDer, readDer } from '../../../src/protocols/der.ts'
import { selfSigned } from './identities.ts'

const rsa = selfSigned('rsa')
const ec = selfSigned('ec', 200)
const content = Buffer.from('<plist><dict/></plist>\r\n')

const refuses = (signature: Uint8Array, body: Uint8Array, reason: RegExp): void =>
  assert.throws(
    () => verifyDetached(signature, body),
    (error: unknown) => error instanceof ParseError && error.field === 'signature' && reason.test(error.message),
  )

/** The first place where `part` stands. */
const placeOf = (whole: Uint8Array, part: Uint8Array): number => Buffer.from(whole).indexOf(part)

const withoutOpenssl = spawnSync('openssl', ['version']).status !== 0
const openssl = (folder: string, ...args: readonly string[]): void => {
  const run = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
  assert.equal(run.status, 0, run.stderr)
}

describe('A signature that travels with a certificate', () => {
  for (const [type, identity] of [
    ['RSA', rsa],
    ['EC', ec],
  ] as const) {
    it(`tells who signed, with ${type}, the first time and again`, () => {
      const signature = signDetached(content, identity)
      const expected = new X509Certificate(identity.certificatePem)
      for (const verified of [verifyDetached(signature, content), verifyDetached(signature, content)]) {
        assert.equal(verified.certificate.fingerprint256, expected.fingerprint256)
        assert.equal(verified.fingerprint, expected.fingerprint256.replaceAll(':', '').toLowerCase())
      }
    })

    it(`holds for no other content, with ${type}`, () => {
      refuses(signDetached(content, identity), Buffer.concat([content, Buffer.from(' ')]), /other content/)
    })

    it(`is refused with any byte of the signature itself wrong, with ${type}`, () => {
      const signature = Buffer.from(signDetached(content, identity))
      signature[signature.length - 3] = (signature[signature.length - 3] ?? 0) ^ 1
      refuses(signature, content, /does not fit what it signs/)
    })
  }

  it('gives an error, and only a parse error, wherever it is cut off or damaged', () => {
    const signature = signDetached(content, ec)
    for (let end = 0; end < signature.length; end++) refuses(signature.subarray(0, end), content, /./)
    for (let at = 0; at < signature.length; at++) {
      const damaged = Buffer.from(signature)
      damaged[at] = (damaged[at] ?? 0) ^ 0x81
      try {
        // What is not signed may change: a version, or the certificate's own signature.
        assert.equal(verifyDetached(damaged, content).certificate.serialNumber, 'C8')
      } catch (error) {
        assert.ok(error instanceof ParseError, `byte ${String(at)}: ${String(error)}`)
      }
    }
  })

  it('may have indefinite lengths around it, as Apple streams them', () => {
    const open = (bytes: Uint8Array): Uint8Array => {
      const element = readDer(bytes)
      return Buffer.concat([Uint8Array.of(element.tag, 0x80), element.content, Uint8Array.of(0, 0)])
    }
    const [type, wrapped] = derItemsOf(readDer(signDetached(content, rsa)), derTag.sequence, 'CMS')
    const inside = open(expectDer(wrapped, 0xa0, 'CMS').content)
    const streamed = open(derSequence(expectDer(type, derTag.oid, 'CMS').whole, open(der(0xa0, inside))))
    assert.deepEqual(Buffer.from(streamed.subarray(0, 2)), Buffer.from('3080', 'hex'))
    assert.equal(verifyDetached(streamed, content).certificate.subject, 'CN=Muster test')
    refuses(streamed, Buffer.from('other'), /other content/)
    refuses(streamed.subarray(0, -2), content, /no end/)
  })

  it('is refused when it brings its content, nothing, or bytes behind it', () => {
    refuses(signAttached(content, rsa), content, /not detached/)
    refuses(new Uint8Array(0), content, /ends inside/)
    refuses(Buffer.from('3000', 'hex'), content, /missing/)
    refuses(Buffer.concat([signDetached(content, ec), Uint8Array.of(0)]), content, /follow/)
  })

  it('is refused when the certificate of the signer is missing or takes another kind of key', () => {
    const other = Buffer.from(signDetached(content, ec))
    const serial = other.lastIndexOf(Buffer.from('020200c8', 'hex'))
    other[serial + 3] = 0xc9
    refuses(other, content, /certificate is missing/)
    const algorithm = Buffer.from(signDetached(content, ec))
    const place = algorithm.lastIndexOf(Buffer.from('2a8648ce3d040302', 'hex'))
    algorithm.set(Buffer.from('2a8648ce3d040303', 'hex'), place)
    refuses(algorithm, content, /two different digests/)
  })

  it('is refused when its key belongs to another certificate', () => {
    assert.throws(() => signDetached(content, { ...rsa, keyPem: ec.keyPem }), /does not belong/)
  })
})

describe('Signed content', () => {
  it('is given back without looking at the signature', () => {
    const signed = Buffer.from(signAttached(content, { ...rsa, chainPem: ec.certificatePem }))
    assert.deepEqual(Buffer.from(unwrapSigned(signed)), content)
    assert.ok(placeOf(signed, new X509Certificate(ec.certificatePem).raw) > 0)
    signed[signed.length - 1] = (signed[signed.length - 1] ?? 0) ^ 1
    assert.deepEqual(Buffer.from(unwrapSigned(signed)), content)
  })

  it('is refused when there is none', () => {
    for (const bytes of [signDetached(content, rsa), Buffer.from('plain'), new Uint8Array(0), Buffer.from('30800000', 'hex')]) {
      assert.throws(
        () => unwrapSigned(bytes),
        (error: unknown) => error instanceof ParseError && error.field === 'signature',
      )
    }
  })
})

describe('OpenSSL', () => {
  let folder = ''
  before(function () {
    if (withoutOpenssl) this.skip()
    folder = mkdtempSync(join(tmpdir(), 'muster-cms-'))
    writeFileSync(join(folder, 'content'), content)
    for (const [name, { certificatePem, keyPem }] of Object.entries({ rsa, ec })) {
      writeFileSync(join(folder, `${name}.pem`), certificatePem)
      writeFileSync(join(folder, `${name}.key`), keyPem)
    }
  })
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true })
  })

  for (const [name, identity] of Object.entries({ rsa, ec })) {
    it(`accepts what is signed with ${name}`, () => {
      writeFileSync(join(folder, 'attached'), signAttached(content, identity))
      writeFileSync(join(folder, 'detached'), signDetached(content, identity))
      const trust = ['-inform', 'DER', '-CAfile', `${name}.pem`, '-purpose', 'any', '-binary', '-out', 'out']
      openssl(folder, 'cms', '-verify', '-in', 'attached', ...trust)
      assert.deepEqual(readFileSync(join(folder, 'out')), content)
      openssl(folder, 'smime', '-verify', '-in', 'attached', ...trust)
      openssl(folder, 'cms', '-verify', '-in', 'detached', '-content', 'content', ...trust)
    })

    const ways: readonly (readonly string[])[] = [[], ['-noattr'], ['-md', 'sha1'], ['-md', 'sha512', '-nosmimecap']]
    for (const way of ways) {
      it(`is understood when it signs with ${[name, ...way].join(' ')}`, () => {
        const signing = [
          'cms',
          '-sign',
          '-in',
          'content',
          '-signer',
          `${name}.pem`,
          '-inkey',
          `${name}.key`,
          '-outform',
          'DER',
          '-binary',
        ]
        openssl(folder, ...signing, ...way, '-out', 'signature')
        assert.equal(verifyDetached(readFileSync(join(folder, 'signature')), content).certificate.subject, 'CN=Muster test')
        refuses(readFileSync(join(folder, 'signature')), Buffer.from('other'), /other content|does not fit/)
        openssl(folder, ...signing, ...way, '-nodetach', '-out', 'attached')
        assert.deepEqual(Buffer.from(unwrapSigned(readFileSync(join(folder, 'attached')))), content)
      })
    }
  }

  it('streams with indefinite lengths', () => {
    openssl(
      folder,
      ...['cms', '-sign', '-in', 'content', '-signer', 'rsa.pem', '-inkey', 'rsa.key', '-outform', 'DER', '-binary'],
      ...['-stream', '-nodetach', '-out', 'attached'],
    )
    const attached = readFileSync(join(folder, 'attached'))
    assert.deepEqual(attached.subarray(0, 2), Buffer.from('3080', 'hex'))
    assert.deepEqual(Buffer.from(unwrapSigned(attached)), content)
  })

  it('signs twice, which is one signer too many', () => {
    const signers = ['-signer', 'rsa.pem', '-inkey', 'rsa.key', '-signer', 'ec.pem', '-inkey', 'ec.key']
    openssl(folder, 'cms', '-sign', '-in', 'content', ...signers, '-outform', 'DER', '-binary', '-out', 'signature')
    refuses(readFileSync(join(folder, 'signature')), content, /exactly one signer/)
  })
})
