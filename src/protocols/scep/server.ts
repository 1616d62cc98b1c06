import type { X509Certificate } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { openCertificate } from '../x509/certificate.ts'
import type { Authority, OpenAuthority } from '../x509/open-authority.ts'
import { openAuthority } from '../x509/open-authority.ts'
import type { ContentAlgorithm } from './algorithms.ts'
import { digestOf, isCertifiable, isSoundKey, rsaEncryption, signatureDigestOf } from './algorithms.ts'
import { readNumber, readTransaction } from './attributes.ts'
import type { CertificationRequest } from './csr.ts'
import { checkCsrSignature, readCsr } from './csr.ts'
import type { EnvelopedData } from './enveloped-data.ts'
import { openEnvelope, readEnvelopedData, recipientFor } from './enveloped-data.ts'
import type { Fail, FailInfo } from './failure.ts'
import { ScepFailure } from './failure.ts'
import type { SignedData } from './signed-data.ts'
import { contentTypes, isSigner, isVerified, readSignedData } from './signed-data.ts'

/** A request for a certificate whose signatures are verified; whether it is granted (challenge, old certificate) is not decided here. */
export type PkiRequest = Readonly<{
  messageType: 'PKCSReq' | 'RenewalReq'
  transactionId: string
  senderNonce: Uint8Array
  /** Self-signed for PKCSReq, perhaps with another key than the request's; the old certificate for RenewalReq. The reply is for it. */
  signer: X509Certificate
  contentAlgorithm: ContentAlgorithm
  /** The authority whose key opened the request: the one that the client knows. */
  recipient: Authority
  csr: CertificationRequest
}>

export type ReadOptions = Readonly<{
  /** The current authority and, during a rollover, the one before. Keep one object per authority: parsed keys are remembered by it. */
  authorities: readonly Authority[]
  /** For old clients; off by default. */
  allowSha1?: boolean
}>

/**
 * Reads and verifies a PKI message of at most 64 KiB (RFC 8894 §3): signature, transaction, envelope, request and its own signature.
 * Throws `ParseError` when there is no transaction that an answer could name (HTTP 400), else `ScepFailure` (a CertRep with HTTP 200).
 */
export const readPkiMessage = async (bytes: Uint8Array, options: ReadOptions): Promise<PkiRequest> => {
  if (bytes.length === 0) throw new ParseError('message', 'The message is empty.')
  const allowSha1 = options.allowSha1 ?? false
  const signed = readSignedData(bytes)
  const transaction = readTransaction(signed.signer.attributes)
  const typeNumber = readNumber(signed.signer.attributes, 'messageType')
  const fail: Fail = (failInfo, text) => new ScepFailure(failInfo, text, transaction)
  const signer = signerOf(signed, fail)
  await mustBeVerified(signed, signer, allowSha1, fail)
  const messageType = messageTypes.get(typeNumber)
  if (messageType === undefined) throw fail(...(notServed.get(typeNumber) ?? unknownType(typeNumber)))
  const envelope = readOrFail(() => readEnvelopedData(signed.content), 'badRequest', 'The envelope cannot be read.', fail)
  const { content, recipient, contentAlgorithm } = open(envelope, options.authorities, fail)
  // One answer for whatever went wrong inside the envelope: see `openEnvelope`.
  const csr = readOrFail(() => readCsr(content), 'badMessageCheck', 'The request in the envelope cannot be read.', fail)
  await mustBeSound(csr, allowSha1, fail)
  return { messageType, ...transaction, signer, contentAlgorithm, recipient, csr }
}

const messageTypes: ReadonlyMap<number, PkiRequest['messageType']> = new Map([
  [17, 'RenewalReq'],
  [19, 'PKCSReq'],
])

/** What the protocol knows and this server does not offer, each with the reason. */
const notServed: ReadonlyMap<number, readonly [FailInfo, string]> = new Map([
  [20, ['badRequest', 'There is nothing to poll for: every request is granted or refused at once.']],
  [21, ['badCertId', 'Certificates are given to nobody but those who request them.']],
  [22, ['badCertId', 'There is no list of revoked certificates: this server alone asks, and it knows.']],
])

const unknownType = (typeNumber: number): readonly [FailInfo, string] => [
  'badRequest',
  `Message type ${String(typeNumber)} is not supported.`,
]

const readOrFail = <T>(read: () => T, failInfo: 'badRequest' | 'badMessageCheck', text: string, fail: Fail): T => {
  try {
    return read()
  } catch (error) {
    throw error instanceof ParseError ? fail(failInfo, text) : error
  }
}

const signerOf = (signed: SignedData, fail: Fail): X509Certificate => {
  const find = () => {
    const found = signed.certificates.find((certificate) => isSigner(signed, certificate))
    return found === undefined ? undefined : openCertificate(found)
  }
  const signer = readOrFail(find, 'badMessageCheck', "The signer's certificate cannot be read.", fail)
  if (signer === undefined) throw fail('badMessageCheck', "The message does not carry its signer's certificate.")
  return signer
}

const mustBeVerified = async (signed: SignedData, signer: X509Certificate, allowSha1: boolean, fail: Fail): Promise<void> => {
  const digest = digestOf(signed.signer.digestOid, allowSha1)
  if (digest === null || signatureDigestOf(signed.signer.signatureOid, digest, allowSha1) !== digest)
    throw fail('badAlg', "The message's signature algorithm is not accepted.")
  if (!hasSoundKey(signer)) throw fail('badAlg', "The signer's key is not RSA of 2048 to 8192 bits.")
  if (signed.contentType !== contentTypes.data || !(await isVerified(signed, signer, digest)))
    throw fail('badMessageCheck', "The message's signature does not match it.")
}

/** Node opens a certificate's key only when asked for it, and throws when it does not know its kind. */
const hasSoundKey = (certificate: X509Certificate): boolean => {
  try {
    return isSoundKey(certificate.publicKey)
  } catch {
    return false
  }
}

const open = (envelope: EnvelopedData, authorities: readonly Authority[], fail: Fail) => {
  const contentAlgorithm = envelope.algorithm
  if (contentAlgorithm === null) throw fail('badAlg', 'The content encryption algorithm is not accepted.')
  for (const authority of authorities) {
    const { certificate, key } = openOrFault(authority)
    const recipient = recipientFor(envelope, certificate.raw)
    if (recipient === undefined) continue
    if (recipient.algorithmOid !== rsaEncryption) throw fail('badAlg', 'The key encryption algorithm is not accepted.')
    const content = readOrFail(() => openEnvelope(envelope, recipient, key), 'badRequest', 'The envelope cannot be read.', fail)
    return { content, recipient: authority, contentAlgorithm }
  }
  throw fail('badCertId', "The envelope is not addressed to this authority's certificate.")
}

/** An authority that cannot be opened is no fault of the message's sender, so it is no `ParseError` here. */
const openOrFault = (authority: Authority): OpenAuthority => {
  try {
    return openAuthority(authority)
  } catch (cause) {
    throw new Error('An authority of this server cannot be opened.', { cause })
  }
}

const mustBeSound = async (csr: CertificationRequest, allowSha1: boolean, fail: Fail): Promise<void> => {
  if (!isCertifiable(csr.publicKey))
    throw fail('badAlg', "The request's key is neither RSA of 2048 to 8192 bits nor on the curve P-256 or P-384.")
  const verdict = await checkCsrSignature(csr, allowSha1)
  if (verdict === 'refused') throw fail('badAlg', "The request's signature algorithm is not accepted.")
  if (verdict === 'invalid') throw fail('badMessageCheck', "The request's signature does not match its key.")
}
