// node --import tsx fuzz/make-cast.ts: writes the keys and the signed messages that inputs are made from. They are in the repository because a
// seed is worth something only as long as they stay: run this when a message of a new kind joins, and expect other inputs from then on.
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { signAttached, signDetached } from '../src/protocols/cms/sign.ts'
import { derInteger, derSequence } from '../src/protocols/der.ts'
import { asciiValue, octetsValue } from '../src/protocols/scep/attributes.ts'
import { writeCaCert } from '../src/protocols/scep/ca.ts'
import { writeCertRep } from '../src/protocols/scep/cert-rep.ts'
import type { Signer } from '../src/protocols/scep/client.ts'
import { createSigner, writePkcsReq } from '../src/protocols/scep/client.ts'
import { writeCsr } from '../src/protocols/scep/csr.ts'
import { writeEnvelopedData } from '../src/protocols/scep/enveloped-data.ts'
import { readPkiMessage } from '../src/protocols/scep/server.ts'
import { issuerAndSerialOf, writeSignedData } from '../src/protocols/scep/signed-data.ts'
import { createAuthority, issueCertificate } from '../src/protocols/x509/authority.ts'
import { keyPemOf } from '../src/protocols/x509/keys.ts'
import { nameOf } from '../src/protocols/x509/names.ts'
import { castFile } from './support/cast.ts'
import { idleReport } from './support/goldens.ts'

const notBefore = new Date('2026-01-01T00:00:00Z')
const notAfter = new Date('2035-01-01T00:00:00Z')
const subject = nameOf({ organization: 'Example', commonName: 'Mac 12' })
const authority = await createAuthority({
  commonName: 'Fuzzed CA',
  organization: 'Example',
  years: 10,
  keyBits: 2048,
  now: notBefore,
})
const authorityDer = new X509Certificate(authority.certificatePem).raw

const identityFor = ({ publicKey, privateKey }: ReturnType<typeof rsaPair>) => {
  const issued = issueCertificate({ authority, subject, publicKey, notBefore, notAfter, extKeyUsage: 'clientAuth' })
  return { certificatePem: issued.certificatePem, keyPem: keyPemOf(privateKey) }
}
const rsaPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const ecPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

const rsa = identityFor(rsaPair())
const ec = identityFor(ecPair())
const pairOf = ({ keyPem }: typeof rsa) => ({ publicKey: createPublicKey(keyPem), privateKey: createPrivateKey(keyPem) })
const signer = createSigner({ keyPair: pairOf(rsa), now: notBefore })
const renewer: Signer = { certificateDer: new X509Certificate(rsa.certificatePem).raw, privateKey: pairOf(rsa).privateKey }

const san = { dns: ['mac.example.com'], email: ['mac@example.com'], uri: ['urn:mac'], ip: ['192.0.2.1', '2001:db8::1'] }
const csrRsa = writeCsr({
  subject,
  challenge: 'a challenge',
  keyPair: pairOf(rsa),
  san,
  keyUsage: ['digitalSignature', 'keyEncipherment'],
})
const csrEc = writeCsr({ subject, challenge: null, keyPair: pairOf(ec) })

const common = { csrDer: csrRsa, caCertificateDer: authorityDer, signer }
const pkcsReq = writePkcsReq(common)
const asked = (messageType: string): Uint8Array =>
  writeSignedData({
    content: writeEnvelopedData(derSequence(issuerAndSerialOf(authorityDer), derInteger(7)), authorityDer, 'aes-128-cbc'),
    attributes: [
      ['messageType', asciiValue(messageType)],
      ['transactionId', asciiValue('T-1')],
      ['senderNonce', octetsValue(Buffer.alloc(16, 7))],
    ],
    certificateDer: signer.certificateDer,
    key: signer.privateKey,
  })
const request = await readPkiMessage(pkcsReq.message, { authorities: [authority] })

const messages: Readonly<Record<string, Uint8Array>> = {
  csrRsa,
  csrEc,
  pkcsReq: pkcsReq.message,
  pkcsReqAes128: writePkcsReq({ ...common, contentAlgorithm: 'aes-128-cbc' }).message,
  pkcsReqDes3: writePkcsReq({ ...common, contentAlgorithm: 'des-ede3-cbc' }).message,
  pkcsReqEc: writePkcsReq({ ...common, csrDer: csrEc }).message,
  renewalReq: writePkcsReq({ ...common, signer: renewer, messageType: 'RenewalReq' }).message,
  certPoll: asked('20'),
  getCert: asked('21'),
  getCrl: asked('22'),
  certRep: writeCertRep({ authority, request, result: { certificateDer: renewer.certificateDer } }),
  certRepFailure: writeCertRep({ authority, request, result: { failInfo: 'badRequest', text: 'No.' } }),
  caCertificates: writeCaCert([authorityDer, renewer.certificateDer]).body,
  signatureRsa: signDetached(idleReport, rsa),
  signatureEc: signDetached(idleReport, ec),
  signatureChained: signDetached(idleReport, { ...rsa, chainPem: authority.certificatePem }),
  attached: signAttached(idleReport, rsa),
  attachedEc: signAttached(idleReport, ec),
  certificate: renewer.certificateDer,
}

const base64 = Object.fromEntries(Object.entries(messages).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]))
await writeFile(castFile, `${JSON.stringify({ authority, rsa, ec, messages: base64 }, null, 2)}\n`)
