import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import forge from 'node-forge'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { createAuthority, createIdentity } from '../../../src/protocols/x509/authority.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import { readPkcs12 } from '../../../src/protocols/x509/pkcs12.ts'

describe('A PKCS#12 file', () => {
  let identity: Awaited<ReturnType<typeof createIdentity>>
  let caPem = ''

  before(async () => {
    const authority = await createAuthority({ commonName: 'Test CA', organization: 'Example', years: 1, keyBits: 2048 })
    caPem = authority.certificatePem
    const now = Date.now()
    const life = { notBefore: new Date(now), notAfter: new Date(now + 86_400_000) }
    identity = await createIdentity({ authority, subject: nameOf({ commonName: 'Push' }), ...life, extKeyUsage: 'clientAuth' })
  })

  const exported = (certificates: readonly string[], password = 'secret'): Uint8Array => {
    const key = forge.pki.privateKeyFromPem(identity.keyPem)
    const chain = certificates.map((pem) => forge.pki.certificateFromPem(pem))
    const asn1 = forge.pkcs12.toPkcs12Asn1(key, chain, password, { algorithm: '3des', count: 1000 })
    return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary')
  }

  it('gives the key and the certificate that belongs to it, whatever else is in it', () => {
    const read = readPkcs12(exported([caPem, identity.certificatePem]), 'secret')
    assert.equal(new X509Certificate(read.certificatePem).checkPrivateKey(createPrivateKey(read.keyPem)), true)
  })

  it('does not open with a wrong password', () => {
    assert.throws(() => readPkcs12(exported([identity.certificatePem]), 'wrong'), isRefusal(/password is wrong/))
  })

  it('is refused when it holds no certificate for its key', () => {
    assert.throws(() => readPkcs12(exported([caPem]), 'secret'), isRefusal(/no certificate for its private key/))
  })

  it('is refused when it is something else, cut short, or far too large', () => {
    const whole = exported([identity.certificatePem])
    for (const bytes of [Buffer.from('hello'), new Uint8Array(0), whole.subarray(0, whole.length - 40)])
      assert.throws(() => readPkcs12(bytes, 'secret'), isRefusal(/no PKCS#12 file/))
    assert.throws(() => readPkcs12(new Uint8Array(70_000), 'secret'), isRefusal(/more than/))
  })
})

describe('A PKCS#12 file of OpenSSL', function () {
  this.timeout(30_000)
  const folder = mkdtempSync(join(tmpdir(), 'muster-p12-'))
  after(() => {
    rmSync(folder, { recursive: true })
  })
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const written = (key: readonly string[], password: string): Uint8Array => {
    openssl('req', '-x509', ...key, '-nodes', '-keyout', 'k.pem', '-out', 'c.pem', '-subj', '/CN=x', '-days', '2')
    openssl('pkcs12', '-export', '-inkey', 'k.pem', '-in', 'c.pem', '-out', 'x.p12', '-passout', `pass:${password}`)
    return readFileSync(join(folder, 'x.p12'))
  }
  const rsa = ['-newkey', 'rsa:2048']

  for (const password of ['secret', 'Zürich', '設定🔒'])
    it(`opens with the password ${password}, and with no other`, () => {
      const file = written(rsa, password)
      const read = readPkcs12(file, password)
      assert.equal(new X509Certificate(read.certificatePem).checkPrivateKey(createPrivateKey(read.keyPem)), true)
      for (const wrong of ['', 'wrong', 'Zürich!']) assert.throws(() => readPkcs12(file, wrong), isRefusal(/password is wrong/))
    })

  it('is said to hold another key than that of a push certificate when it does', () => {
    const file = written(['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], 'secret')
    assert.throws(() => readPkcs12(file, 'secret'), isRefusal(/is no RSA key/))
  })
})

const isRefusal = (message: RegExp) => (error: unknown) =>
  error instanceof ParseError && error.field === 'p12' && message.test(error.message)
