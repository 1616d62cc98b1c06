import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { contentAlgorithms } from '../../../src/protocols/scep/algorithms.ts'
import type { ContentAlgorithm } from '../../../src/protocols/scep/algorithms.ts'
import { writeCertRep } from '../../../src/protocols/scep/cert-rep.ts'
import type { SentRequest } from '../../../src/protocols/scep/client.ts'
import { createCsr, createSigner, readCertRep, writePkcsReq } from '../../../src/protocols/scep/client.ts'
import { readCsr } from '../../../src/protocols/scep/csr.ts'
import type { FailInfo } from '../../../src/protocols/scep/failure.ts'
import { failInfos } from '../../../src/protocols/scep/failure.ts'
import { identityContents } from '../../../src/protocols/scep/issue.ts'
import type { PkiRequest } from '../../../src/protocols/scep/server.ts'
import { readPkiMessage } from '../../../src/protocols/scep/server.ts'
import { issueCertificate } from '../../../src/protocols/x509/authority.ts'
import { isIssuedBy, readCertificate } from '../../../src/protocols/x509/certificate.ts'
import { generateRsaKey, keyPemOf, spkiOf } from '../../../src/protocols/x509/keys.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import type { Cast } from './messages.ts'
import { createCast, createIssuedSigner, derOf } from './messages.ts'

const now = new Date()
const subject = nameOf({ organization: 'Example', commonName: 'C02XK1ABJHD4' })

describe('A device that asks for an identity', function () {
  this.timeout(60_000)

  let cast: Cast
  let csrDer: Uint8Array

  before(async () => {
    cast = await createCast()
    csrDer = (await createCsr({ subject, challenge: 'a+b/c==', keyPair: cast.keyPair })).csrDer
  })

  const send = (more: Readonly<{ contentAlgorithm?: ContentAlgorithm }> = {}): SentRequest =>
    writePkcsReq({ csrDer, caCertificateDer: cast.caCertificateDer, signer: cast.signer, ...more })

  const read = (message: Uint8Array): Promise<PkiRequest> => readPkiMessage(message, { authorities: [cast.authority] })

  const grant = (request: PkiRequest) => {
    const issued = issueCertificate({ authority: cast.authority, ...identityContents(request.csr, { now }) })
    return writeCertRep({ authority: request.recipient, request, result: issued })
  }

  for (const contentAlgorithm of Object.keys(contentAlgorithms) as ContentAlgorithm[])
    it(`is understood and answered in ${contentAlgorithm}`, async () => {
      const sent = send({ contentAlgorithm })
      const request = await read(sent.message)
      assert.equal(request.messageType, 'PKCSReq')
      assert.equal(request.transactionId, sent.transactionId)
      assert.deepEqual(Buffer.from(request.senderNonce), Buffer.from(sent.senderNonce))
      assert.equal(request.contentAlgorithm, contentAlgorithm)
      assert.equal(request.recipient, cast.authority)
      assert.deepEqual(request.signer.raw, Buffer.from(cast.signer.certificateDer))
      assert.equal(request.csr.challenge, 'a+b/c==')
      assert.equal(request.csr.hash, createHash('sha256').update(csrDer).digest('hex'))
      assert.equal(request.csr.keyBits, 2048)
      assert.deepEqual(request.csr.subject, subject)
      assert.deepEqual(request.csr.keyUsage, ['digitalSignature'])

      const answer = await readCertRep(grant(request), { sent, caCertificateDer: cast.caCertificateDer })
      assert.ok(answer.status === 'success')
      const certificate = new X509Certificate(answer.certificateDer)
      assert.equal(isIssuedBy(certificate, [new X509Certificate(cast.authority.certificatePem)]), true)
      assert.equal(certificate.checkPrivateKey(cast.keyPair.privateKey), true)
      assert.deepEqual(readCertificate(answer.certificateDer).subject, subject)
    })

  it('may sign with a key of its own that is not the one to be certified', async () => {
    const signer = createSigner({ keyPair: await generateRsaKey(2048) })
    const sent = writePkcsReq({ csrDer, caCertificateDer: cast.caCertificateDer, signer })
    const answer = await readCertRep(grant(await read(sent.message)), { sent, caCertificateDer: cast.caCertificateDer })
    assert.ok(answer.status === 'success')
    assert.equal(new X509Certificate(answer.certificateDer).checkPrivateKey(cast.keyPair.privateKey), true)
  })

  it('renews with its old identity as the signer', async () => {
    const signer = await createIssuedSigner(cast.authority)
    const sent = writePkcsReq({ csrDer, caCertificateDer: cast.caCertificateDer, signer, messageType: 'RenewalReq' })
    const request = await read(sent.message)
    assert.equal(request.messageType, 'RenewalReq')
    assert.equal(isIssuedBy(request.signer, [new X509Certificate(cast.authority.certificatePem)]), true)
    const answer = await readCertRep(grant(request), { sent, caCertificateDer: cast.caCertificateDer })
    assert.equal(answer.status, 'success')
  })

  it('may still address the authority of before, which then answers', async () => {
    const caCertificateDer = derOf(cast.other.certificatePem)
    const sent = writePkcsReq({ csrDer, caCertificateDer, signer: cast.signer })
    const request = await readPkiMessage(sent.message, { authorities: [cast.authority, cast.other] })
    assert.equal(request.recipient, cast.other)
    assert.equal((await readCertRep(grant(request), { sent, caCertificateDer })).status, 'success')
  })

  it('repeats a request under the same transaction, and the request is known as the same', async () => {
    const [first, second] = [await read(send().message), await read(send().message)]
    assert.equal(first.transactionId, second.transactionId)
    assert.equal(first.csr.hash, second.csr.hash)
    assert.notDeepEqual(first.senderNonce, second.senderNonce)
  })

  for (const failInfo of Object.keys(failInfos) as FailInfo[])
    it(`is told of ${failInfo}, with the reason`, async () => {
      const sent = send()
      const request = await read(sent.message)
      const text = 'The challenge is not valid (ä).'
      const message = writeCertRep({ authority: cast.authority, request, result: { failInfo, text } })
      const answer = await readCertRep(message, { sent, caCertificateDer: cast.caCertificateDer })
      assert.deepEqual(answer, { status: 'failure', failInfo, text })
      const silent = writeCertRep({ authority: cast.authority, request, result: { failInfo } })
      const other = await readCertRep(silent, { sent, caCertificateDer: cast.caCertificateDer })
      assert.deepEqual(other, { status: 'failure', failInfo, text: null })
    })

  it('does not take an answer for another transaction, nonce, authority or signer', async () => {
    const sent = send()
    const reply = grant(await read(sent.message))
    const refuses = async (change: Partial<SentRequest>, field: string, caCertificateDer = cast.caCertificateDer) =>
      assert.rejects(
        readCertRep(reply, { sent: { ...sent, ...change }, caCertificateDer }),
        (error) => error instanceof ParseError && error.field === field,
      )
    await refuses({ transactionId: 'other' }, 'transactionId')
    await refuses({ senderNonce: Buffer.alloc(16) }, 'recipientNonce')
    await refuses({}, 'certRep', derOf(cast.other.certificatePem))
    await refuses({ signer: createSigner({ keyPair: cast.keyPair }) }, 'certRep')
    const altered = Buffer.from(reply)
    altered.writeUInt8((altered.at(-1) ?? 0) ^ 1, altered.length - 1)
    await assert.rejects(readCertRep(altered, { sent, caCertificateDer: cast.caCertificateDer }), ParseError)
  })

  it('may write its request with another library', () => {
    const csr = forge.pki.createCertificationRequest()
    csr.publicKey = forge.pki.publicKeyFromPem(cast.keyPair.publicKey.export({ type: 'spki', format: 'pem' }).toString())
    csr.setSubject([
      { shortName: 'CN', value: 'Mac' },
      { shortName: 'OU', value: 'Fleet' },
    ])
    const altNames = [
      { type: 1, value: 'a@example.com' },
      { type: 2, value: 'mac.example.com' },
      { type: 6, value: 'urn:x' },
      { type: 7, ip: '10.0.0.1' },
    ]
    csr.setAttributes([
      { name: 'challengePassword', value: 'sécret' },
      {
        name: 'extensionRequest',
        extensions: [
          { name: 'subjectAltName', altNames },
          { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
        ],
      },
    ])
    csr.sign(forge.pki.privateKeyFromPem(keyPemOf(cast.keyPair.privateKey)), forge.md.sha256.create())
    const read = readCsr(derOf(forge.pki.certificationRequestToPem(csr)))
    assert.deepEqual(read.subject, [
      { oid: '2.5.4.3', value: 'Mac' },
      { oid: '2.5.4.11', value: 'Fleet' },
    ])
    assert.equal(read.challenge, 'sécret')
    const san = { dns: ['mac.example.com'], ip: ['10.0.0.1'], email: ['a@example.com'], uri: ['urn:x'], principal: [] }
    assert.deepEqual(read.san, san)
    assert.deepEqual(read.keyUsage, ['digitalSignature', 'keyEncipherment'])
    assert.deepEqual(spkiOf(read.publicKey), spkiOf(cast.keyPair.publicKey))
  })

  it('writes requests that another library verifies', () => {
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(csrDer).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
    const csr = forge.pki.certificationRequestFromPem(pem)
    assert.equal(csr.verify(), true)
    assert.equal(csr.getAttribute({ name: 'challengePassword' })?.value, 'a+b/c==')
  })
})
