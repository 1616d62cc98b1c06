import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { decodeGetMessage } from '../../src/protocols/scep/ca.ts'
import { createSigner, writePkcsReq } from '../../src/protocols/scep/client.ts'
import type { CertificationRequest } from '../../src/protocols/scep/csr.ts'
import { checkCsrSignature, readCsr } from '../../src/protocols/scep/csr.ts'
import { isCertifiable } from '../../src/protocols/scep/algorithms.ts'
import { writeCertRep } from '../../src/protocols/scep/cert-rep.ts'
import { identityContents } from '../../src/protocols/scep/issue.ts'
import { readPkiMessage } from '../../src/protocols/scep/server.ts'
import { writeSignedData } from '../../src/protocols/scep/signed-data.ts'
import { issueCertificate } from '../../src/protocols/x509/authority.ts'
import { readCertificate } from '../../src/protocols/x509/certificate.ts'
import { signStructure } from '../../src/protocols/x509/signing.ts'
import { derItemsOf, derTag, readDer } from '../../src/protocols/der.ts'
import { asciiValue, octetsValue } from '../../src/protocols/scep/attributes.ts'
import { writeEnvelopedData } from '../../src/protocols/scep/enveloped-data.ts'
import type { Random } from '../../src/simulators/random.ts'
import type { Target } from '../support/case.ts'
import { readCast } from '../support/cast.ts'
import { mutatedDer } from '../support/mutate-der.ts'
import { mutated } from '../support/mutate.ts'
import { mustBeStorable } from '../support/storable.ts'

const { authority, messages, rsa } = readCast()
const caCertificateDer = new X509Certificate(authority.certificatePem).raw
const now = new Date('2026-06-01T00:00:00Z')
const keyPair = { publicKey: createPublicKey(rsa.keyPem), privateKey: createPrivateKey(rsa.keyPem) }
const signer = createSigner({ keyPair, now })
const requests = [
  messages.pkcsReq,
  messages.pkcsReqAes128,
  messages.pkcsReqDes3,
  messages.pkcsReqEc,
  messages.renewalReq,
] as const
const questions = [messages.certPoll, messages.getCert, messages.getCrl, messages.certRep, messages.caCertificates] as const
const all = [...requests, ...questions, messages.csrRsa, messages.csrEc]

/** Requests for certificates. Whatever is taken gets its certificate, as the edge would give it. */
export const scep: Target = {
  about: 'PKI messages of every type, GET messages and certificate requests: from outside, and deep inside good envelopes',
  make: (luck) => {
    const kind = luck.below(20)
    if (kind < 8) return { door: 'message', bytes: changed(luck.pick([...requests, ...requests, ...questions]), luck) }
    if (kind < 10) return { door: 'get-message', bytes: mutated(inGet(luck.pick([...requests]), luck), luck) }
    if (kind < 16) return { door: 'request', bytes: changed(luck.pick([messages.csrRsa, messages.csrEc]), luck) }
    if (kind < 18)
      return {
        door: 'message',
        bytes: enveloped(luck.chance(0.5) ? resignedRequest(luck) : changed(messages.csrRsa, luck), luck),
      }
    if (kind < 19)
      return {
        door: 'message',
        bytes: aroundEnvelope(changed(writeEnvelopedData(messages.csrRsa, caCertificateDer, 'aes-128-cbc'), luck), luck),
      }
    return { door: 'request', bytes: resignedRequest(luck) }
  },
  doors: {
    message: async (bytes) => {
      const request = await readPkiMessage(bytes, { authorities: [authority], allowSha1: true })
      const certificateDer = issued(request.csr)
      writeCertRep({ authority: request.recipient, request, result: { certificateDer } })
    },
    'get-message': async (bytes) =>
      readPkiMessage(decodeGetMessage(Buffer.from(bytes).toString('utf8')), { authorities: [authority] }),
    request: async (bytes) => {
      const csr = readCsr(bytes)
      if (isCertifiable(csr.publicKey) && (await checkCsrSignature(csr, true)) === 'valid') issued(csr)
    },
  },
}

const changed = (bytes: Uint8Array, luck: Random): Uint8Array =>
  luck.chance(0.4) ? mutated(bytes, luck, all) : mutatedDer(bytes, luck, all)

/** As `certificateGrants` does it: what cannot be issued or told of in an event is a finding. */
const issued = (csr: CertificationRequest): Uint8Array => {
  const { certificateDer } = issueCertificate({ authority, ...identityContents(csr, { now }) })
  mustBeStorable(readCertificate(certificateDer))
  return certificateDer
}

/** A request with odd content and a signature that is right. */
const resignedRequest = (luck: Random): Uint8Array => {
  const [info] = derItemsOf(readDer(messages.csrRsa), derTag.sequence, 'The request')
  return signStructure(mutatedDer(info?.whole ?? new Uint8Array(), luck, all), keyPair.privateKey)
}

const enveloped = (csrDer: Uint8Array, luck: Random): Uint8Array =>
  writePkcsReq({
    csrDer,
    caCertificateDer,
    signer,
    contentAlgorithm: luck.pick(['aes-256-cbc', 'aes-128-cbc', 'des-ede3-cbc']),
    messageType: luck.pick(['PKCSReq', 'RenewalReq']),
  }).message

/** A message with an odd envelope and a signature that is right. */
const aroundEnvelope = (content: Uint8Array, luck: Random): Uint8Array =>
  writeSignedData({
    content,
    attributes: [
      ['messageType', asciiValue(luck.pick(['19', '19', '17', '20', '', '99999', '-1']))],
      ['transactionId', asciiValue(luck.pick(['T-1', '', 'ü', 'x'.repeat(300)]))],
      ['senderNonce', octetsValue(luck.bytes(luck.pick([16, 16, 0, 65])))],
    ],
    certificateDer: signer.certificateDer,
    key: signer.privateKey,
  })

/** The message of a GET as clients write it: either alphabet, padded or not, in lines, percent-encoded once too often. */
const inGet = (message: Uint8Array, luck: Random): Uint8Array => {
  const text = Buffer.from(message).toString(luck.chance(0.5) ? 'base64' : 'base64url')
  const odd = luck.below(4)
  if (odd === 0) return Buffer.from(text.replaceAll('+', ' '))
  if (odd === 1) return Buffer.from(text.replaceAll(/.{64}/g, '$&\r\n'))
  return Buffer.from(odd === 2 ? encodeURIComponent(text) : text)
}
