import type { KeyObject } from 'node:crypto'
import { createHash, randomBytes } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { randomSerial } from '../x509/authority.ts'
import { openCertificate } from '../x509/certificate.ts'
import { extKeyUsage, keyUsage } from '../x509/extensions.ts'
import type { KeyPair } from '../x509/keys.ts'
import { generateRsaKey, spkiOf } from '../x509/keys.ts'
import type { Name } from '../x509/names.ts'
import { nameOf, writeName } from '../x509/names.ts'
import { signCertificate } from '../x509/signing.ts'
import { readText } from '../x509/values.ts'
import type { ContentAlgorithm } from './algorithms.ts'
import { digestOf } from './algorithms.ts'
import type { Attributes } from './attributes.ts'
import { asciiValue, attributeOids, octetsValue, readNonce, readNumber, readTransaction } from './attributes.ts'
import type { CsrWish } from './csr.ts'
import { writeCsr } from './csr.ts'
import { openEnvelope, readEnvelopedData, recipientFor, writeEnvelopedData } from './enveloped-data.ts'
import type { FailInfo } from './failure.ts'
import { failInfos } from './failure.ts'
import { isSigner, isVerified, readCertificates, readSignedData, writeSignedData } from './signed-data.ts'

/** Who signs a message and reads its answer. */
export type Signer = Readonly<{ certificateDer: Uint8Array; privateKey: KeyObject }>

/** A request on its way; keep it to read the answer. */
export type SentRequest = Readonly<{ message: Uint8Array; transactionId: string; senderNonce: Uint8Array; signer: Signer }>

/** Makes a request for a certificate; without `keyPair` it generates one (`keyBits`, 2048 by default), which takes its time. */
export const createCsr = async (
  wish: Omit<CsrWish, 'keyPair'> & Readonly<{ keyPair?: KeyPair; keyBits?: number }>,
): Promise<Readonly<{ csrDer: Uint8Array; keyPair: KeyPair }>> => {
  const keyPair = wish.keyPair ?? (await generateRsaKey(wish.keyBits ?? 2048))
  return { csrDer: writeCsr({ ...wish, keyPair }), keyPair }
}

export type SignerWish = Readonly<{ keyPair: KeyPair; subject?: Name; now?: Date }>

/** A self-signed certificate of one day to sign a PKCSReq with. The key may be the request's or any other, and may serve many requests. */
export const createSigner = ({
  keyPair,
  subject = nameOf({ commonName: 'SCEP SIGNER' }),
  now = new Date(),
}: SignerWish): Signer => {
  const name = writeName(subject)
  const certificateDer = signCertificate(
    {
      serial: randomSerial(),
      issuer: name,
      subject: name,
      publicKey: spkiOf(keyPair.publicKey),
      notBefore: new Date(now.getTime() - 600_000),
      notAfter: new Date(now.getTime() + 86_400_000),
      extensions: [keyUsage(['digitalSignature', 'keyEncipherment']), extKeyUsage('clientAuth')],
    },
    keyPair.privateKey,
  )
  return { certificateDer, privateKey: keyPair.privateKey }
}

export type PkcsReqWish = Readonly<{
  csrDer: Uint8Array
  /** The recipient's, from GetCACert. */
  caCertificateDer: Uint8Array
  /** Of `createSigner`; for RenewalReq the old certificate and its key. */
  signer: Signer
  messageType?: 'PKCSReq' | 'RenewalReq'
  contentAlgorithm?: ContentAlgorithm
  /** By default derived from the request, so that a repetition is known as one. */
  transactionId?: string
}>

/** Writes the body of a PKIOperation that asks for a certificate. Throws `ParseError` when a certificate cannot be read. */
export const writePkcsReq = (wish: PkcsReqWish): SentRequest => {
  const { csrDer, signer, messageType = 'PKCSReq', contentAlgorithm = 'aes-256-cbc' } = wish
  const transactionId = wish.transactionId ?? createHash('sha256').update(csrDer).digest('hex')
  const senderNonce = randomBytes(16)
  const message = writeSignedData({
    content: writeEnvelopedData(csrDer, wish.caCertificateDer, contentAlgorithm),
    attributes: [
      ['messageType', asciiValue(messageType === 'PKCSReq' ? '19' : '17')],
      ['transactionId', asciiValue(transactionId)],
      ['senderNonce', octetsValue(senderNonce)],
    ],
    certificateDer: signer.certificateDer,
    key: signer.privateKey,
  })
  return { message, transactionId, senderNonce, signer }
}

export type CertRepAnswer =
  | Readonly<{ status: 'success'; certificateDer: Uint8Array }>
  | Readonly<{ status: 'failure'; failInfo: FailInfo; text: string | null }>
  | Readonly<{ status: 'pending' }>

/**
 * Reads the answer to a request: signed by the authority, for this transaction and nonce. Throws `ParseError` when any of this is not so,
 * or when the certificate in it cannot be found.
 */
export const readCertRep = async (
  bytes: Uint8Array,
  { sent, caCertificateDer }: Readonly<{ sent: SentRequest; caCertificateDer: Uint8Array }>,
): Promise<CertRepAnswer> => {
  const signed = readSignedData(bytes)
  const { attributes, digestOid } = signed.signer
  const digest = digestOf(digestOid, true)
  const isSigned = digest !== null && isSigner(signed, caCertificateDer)
  if (!isSigned || !(await isVerified(signed, openCertificate(caCertificateDer), digest)))
    throw new ParseError('certRep', "The answer is not signed with the authority's key.")
  mustAnswer(attributes, sent)
  const status = readNumber(attributes, 'pkiStatus')
  if (status === 3) return { status: 'pending' }
  if (status === 2) return { status: 'failure', ...failureIn(attributes) }
  if (status !== 0) throw new ParseError('pkiStatus', `The answer has the unknown status ${String(status)}.`)
  return { status: 'success', certificateDer: certificateIn(signed.content, sent.signer) }
}

const mustAnswer = (attributes: Attributes, sent: SentRequest): void => {
  if (readNumber(attributes, 'messageType') !== 3) throw new ParseError('messageType', 'The answer is no CertRep.')
  if (readTransaction(attributes).transactionId !== sent.transactionId)
    throw new ParseError('transactionId', 'The answer belongs to another transaction.')
  if (Buffer.compare(readNonce(attributes, 'recipientNonce'), sent.senderNonce) !== 0)
    throw new ParseError('recipientNonce', 'The answer has not the nonce of its request.')
}

const failureIn = (attributes: Attributes) => {
  const number = readNumber(attributes, 'failInfo')
  const found = Object.entries(failInfos).find(([, value]) => value === number)
  if (found === undefined) throw new ParseError('failInfo', `The answer has the unknown failInfo ${String(number)}.`)
  const text = attributes.get(attributeOids.failInfoText)
  return { failInfo: found[0] as FailInfo, text: text === undefined ? null : readText(text, "The failure's text") }
}

const certificateIn = (content: Uint8Array, signer: Signer): Uint8Array => {
  const envelope = readEnvelopedData(content)
  const recipient = recipientFor(envelope, signer.certificateDer)
  if (recipient === undefined) throw new ParseError('certRep', 'The answer is not addressed to the signer of the request.')
  const [certificate] = readCertificates(openEnvelope(envelope, recipient, signer.privateKey))
  if (certificate === undefined) throw new ParseError('certRep', 'The answer holds no certificate.')
  return certificate
}
