import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverIdentity } from '../../../src/api/authority.ts'
import { signAttached } from '../../../src/protocols/cms/sign.ts'
import { decodeGetMessage, writeNextCaCert } from '../../../src/protocols/scep/ca.ts'
import { writeCertRep } from '../../../src/protocols/scep/cert-rep.ts'
import { createCsr, readCertRep, writePkcsReq } from '../../../src/protocols/scep/client.ts'
import { identityContents } from '../../../src/protocols/scep/issue.ts'
import type { PkiRequest } from '../../../src/protocols/scep/server.ts'
import { readPkiMessage } from '../../../src/protocols/scep/server.ts'
import { writeSignedData } from '../../../src/protocols/scep/signed-data.ts'
import { issueCertificate } from '../../../src/protocols/x509/authority.ts'
import { encryptedKeyPem, keyPemOf } from '../../../src/protocols/x509/keys.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import type { Cast } from './messages.ts'
import { attributesOf, createCast, derOf } from './messages.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe('OpenSSL', function () {
  this.timeout(60_000)

  let cast: Cast
  let folder: string

  before(async function () {
    if (!hasOpenssl) this.skip()
    folder = mkdtempSync(join(tmpdir(), 'scep-'))
    cast = await createCast()
    writeFileSync(at('ca.pem'), cast.authority.certificatePem)
    writeFileSync(at('key.pem'), keyPemOf(cast.keyPair.privateKey))
    writeFileSync(at('signer.pem'), new X509Certificate(cast.signer.certificateDer).toString())
  })

  after(() => {
    if (hasOpenssl) rmSync(folder, { recursive: true })
  })

  const at = (name: string): string => join(folder, name)

  const openssl = (...options: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('openssl', options, { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return stdout
  }

  const send = async () => {
    const { csrDer } = await createCsr({ subject: nameOf({ commonName: 'Mac 12' }), challenge: 'secret', keyPair: cast.keyPair })
    return writePkcsReq({ csrDer, caCertificateDer: cast.caCertificateDer, signer: cast.signer })
  }

  const read = (message: Uint8Array) => readPkiMessage(message, { authorities: [cast.authority] })

  const grant = (request: PkiRequest): Uint8Array => {
    const result = issueCertificate({ authority: cast.authority, ...identityContents(request.csr, { now: new Date() }) })
    return writeCertRep({ authority: cast.authority, request, result })
  }

  /** Verifies and decrypts an answer, all by OpenSSL; the certificate is then in `leaf.pem`. */
  const openReply = (reply: Uint8Array): X509Certificate => {
    writeFileSync(at('reply.der'), reply)
    const input = ['-binary', '-inform', 'DER', '-in', at('reply.der'), '-CAfile', at('ca.pem'), '-purpose', 'any']
    openssl('cms', '-verify', ...input, '-out', at('envelope.der'))
    const recipient = ['-recip', at('signer.pem'), '-inkey', at('key.pem')]
    openssl('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', at('envelope.der'), ...recipient, '-out', at('bag.der'))
    openssl('pkcs7', '-print_certs', '-inform', 'DER', '-in', at('bag.der'), '-out', at('leaf.pem'))
    return new X509Certificate(readFileSync(at('leaf.pem')))
  }

  it('verifies, opens and reads the answer down to the certificate, and verifies that too', async () => {
    const request = await read((await send()).message)
    const result = issueCertificate({ authority: cast.authority, ...identityContents(request.csr, { now: new Date() }) })
    writeFileSync(at('reply.der'), writeCertRep({ authority: cast.authority, request, result }))
    assert.match(
      openssl('cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', at('reply.der')),
      /2\.16\.840\.1\.113733\.1\.9\.7/,
    )
    assert.equal(
      openReply(readFileSync(at('reply.der'))).fingerprint256,
      new X509Certificate(result.certificateDer).fingerprint256,
    )
    assert.match(openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', at('ca.pem'), at('leaf.pem')), /OK/)
  })

  it('reads a refusal', async () => {
    const request = await read((await send()).message)
    const result = { failInfo: 'badRequest', text: 'The challenge is not valid.' } as const
    writeFileSync(at('refusal.der'), writeCertRep({ authority: cast.authority, request, result }))
    const printed = openssl('cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', at('refusal.der'))
    assert.match(printed, /The challenge is not valid\./)
    assert.match(printed, /eContent: <ABSENT>/)
  })

  it('verifies what the client half sends', async () => {
    writeFileSync(at('request.der'), (await send()).message)
    openssl('cms', '-verify', '-binary', '-noverify', '-inform', 'DER', '-in', at('request.der'), '-out', at('sent.der'))
    assert.ok(readFileSync(at('sent.der')).length > 0)
  })

  for (const cipher of ['-aes128', '-aes256', '-des3'])
    for (const stream of [[], ['-stream']])
      it(`makes requests and envelopes that are understood (${[cipher, ...stream].join(' ')})`, async () => {
        const config =
          '[req]\nprompt = no\ndistinguished_name = dn\nattributes = attrs\n[dn]\nO = Example\nCN = Mac 12\n[attrs]\nchallengePassword = secret-1\n'
        writeFileSync(at('req.cnf'), config)
        openssl('req', '-new', '-config', at('req.cnf'), '-key', at('key.pem'), '-outform', 'DER', '-out', at('csr.der'))
        const input = ['-binary', ...stream, '-in', at('csr.der')]
        openssl('cms', '-encrypt', cipher, ...input, '-outform', 'DER', '-out', at('made.der'), at('ca.pem'))
        const { certificateDer, privateKey: key } = cast.signer
        const message = writeSignedData({
          content: readFileSync(at('made.der')),
          attributes: attributesOf(),
          certificateDer,
          key,
        })
        const { csr } = await read(message)
        assert.equal(csr.challenge, 'secret-1')
        assert.deepEqual(csr.subject, nameOf({ organization: 'Example', commonName: 'Mac 12' }))
      })

  for (const curve of ['P-256', 'P-384'])
    it(`asks for a certificate of a key on ${curve}, by a query, and opens the answer with the key that signed`, async () => {
      openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`, '-out', at('curved.pem'))
      openssl(
        'req',
        '-new',
        '-subj',
        '/O=Example/CN=Mac 13',
        '-key',
        at('curved.pem'),
        '-outform',
        'DER',
        '-out',
        at('curved.der'),
      )
      openssl(
        'cms',
        '-encrypt',
        '-des3',
        '-binary',
        '-in',
        at('curved.der'),
        '-outform',
        'DER',
        '-out',
        at('made.der'),
        at('ca.pem'),
      )
      const { certificateDer, privateKey: key } = cast.signer
      const message = writeSignedData({
        content: readFileSync(at('made.der')),
        attributes: attributesOf(),
        certificateDer,
        key,
      })
      const queried = decodeGetMessage(encodeURIComponent(message.toString('base64').replaceAll(/.{64}/g, '$&\n')))
      const request = await read(queried)
      assert.equal(request.contentAlgorithm, 'des-ede3-cbc')
      const leaf = openReply(grant(request))
      assert.equal(leaf.checkPrivateKey(createPrivateKey(readFileSync(at('curved.pem')))), true)
      assert.match(openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', at('ca.pem'), at('leaf.pem')), /OK/)
    })

  it('verifies the authority to come against the one that it knows', () => {
    writeFileSync(at('next.der'), writeNextCaCert(cast.authority, derOf(cast.other.certificatePem)).body)
    const input = ['-binary', '-inform', 'DER', '-in', at('next.der'), '-CAfile', at('ca.pem'), '-purpose', 'any']
    openssl('cms', '-verify', ...input, '-out', at('next-bag.der'))
    openssl('pkcs7', '-print_certs', '-inform', 'DER', '-in', at('next-bag.der'), '-out', at('next.pem'))
    assert.equal(
      new X509Certificate(readFileSync(at('next.pem'))).fingerprint256,
      new X509Certificate(cast.other.certificatePem).fingerprint256,
    )
  })

  it('verifies a signed enrollment profile against the authority', async () => {
    const signer = await serverIdentity(cast.authority, 'https://mdm.example.com', () => new Date())
    writeFileSync(at('profile.der'), signAttached(Buffer.from('<plist/>'), signer))
    const input = ['-binary', '-inform', 'DER', '-in', at('profile.der'), '-CAfile', at('ca.pem'), '-purpose', 'any']
    openssl('cms', '-verify', ...input, '-out', at('profile.plist'))
    assert.equal(readFileSync(at('profile.plist'), 'utf8'), '<plist/>')
  })

  it('opens an exported key with its passphrase, and with no other', () => {
    writeFileSync(at('exported.pem'), encryptedKeyPem(cast.authority.keyPem, 'a long passphrase'))
    const opened = openssl('pkey', '-in', at('exported.pem'), '-passin', 'pass:a long passphrase')
    assert.equal(new X509Certificate(cast.authority.certificatePem).checkPrivateKey(createPrivateKey(opened)), true)
    assert.notEqual(spawnSync('openssl', ['pkey', '-in', at('exported.pem'), '-passin', 'pass:another one']).status, 0)
  })

  it('gives no certificate to an answer that nobody signed', async () => {
    const sent = await send()
    await assert.rejects(
      readCertRep(sent.message, { sent, caCertificateDer: cast.caCertificateDer }),
      /not signed with the authority's key/,
    )
  })
})
