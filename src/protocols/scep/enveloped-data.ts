import type { KeyObject } from 'node:crypto'
import { constants, createCipheriv, createDecipheriv, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { toDefinite } from '../ber.ts'
import type { Der } from '../der.ts'
import {
  context,
  der,
  derInteger,
  derItemsOf,
  derNull,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  expectDer,
  readDer,
} from '../der.ts'
import { openCertificate } from '../x509/certificate.ts'
import { primitive, readOid } from '../x509/values.ts'
import type { ContentAlgorithm } from './algorithms.ts'
import { contentAlgorithmOf, contentAlgorithms, rsaEncryption } from './algorithms.ts'
import { octetsValue } from './attributes.ts'
import { contentTypes, issuerAndSerialOf } from './signed-data.ts'
import { unpadKey } from './unpad-key.ts'

/** `id` and `algorithmParameters` are DER with tag and length; the second is null where an algorithm has none. */
export type Recipient = Readonly<{
  id: Uint8Array
  algorithmOid: string
  algorithmParameters: Uint8Array | null
  encryptedKey: Uint8Array
}>

/** PKCS #7 enveloped data, still closed. `algorithm` is null when it is none of those allowed. */
export type EnvelopedData = Readonly<{
  recipients: readonly Recipient[]
  algorithm: ContentAlgorithm | null
  iv: Uint8Array
  encrypted: Uint8Array
}>

/** Reads an EnvelopedData with its ContentInfo. Throws `ParseError`. */
export const readEnvelopedData = (bytes: Uint8Array): EnvelopedData => {
  const [type, wrapped] = derItemsOf(readDer(toDefinite(bytes)), derTag.sequence, 'The envelope')
  if (readOid(type, "The envelope's type") !== contentTypes.envelopedData)
    throw new ParseError('envelope', 'The content is not enveloped data.')
  const [envelope] = derItemsOf(wrapped, context(0), 'The enveloped data')
  const [, recipients, content] = derItemsOf(envelope, derTag.sequence, 'The enveloped data')
  const [, algorithm, encrypted] = derItemsOf(content, derTag.sequence, 'The encrypted content')
  const [oid, iv] = derItemsOf(algorithm, derTag.sequence, 'The content encryption algorithm')
  return {
    recipients: derItemsOf(recipients, derTag.set, 'The list of recipients')
      .filter(({ tag }) => tag === derTag.sequence)
      .map(readRecipient),
    algorithm: contentAlgorithmOf(readOid(oid, 'The content encryption algorithm')),
    iv: iv?.tag === derTag.octetString ? iv.content : new Uint8Array(),
    encrypted: octetsIn(encrypted),
  }
}

/** The recipient that is the holder of this certificate, or undefined. */
export const recipientFor = (envelope: EnvelopedData, certificateDer: Uint8Array): Recipient | undefined => {
  const id = issuerAndSerialOf(certificateDer)
  return envelope.recipients.find((recipient) => Buffer.compare(recipient.id, id) === 0)
}

/**
 * Opens an envelope for its recipient. A wrong key, a bad key block and bad padding all give senseless bytes, never an error: whoever sends
 * altered copies of somebody's message must not learn which of these it was. Throws `ParseError` only for what anyone can see from outside:
 * no allowed algorithm, or lengths that cannot be.
 */
export const openEnvelope = (envelope: EnvelopedData, recipient: Recipient, key: KeyObject): Buffer =>
  openContent(envelope, (keyBytes) => unpadKey(rawDecrypt(key, recipient.encryptedKey), keyBytes))

/** Opens an envelope with a content key that is asked for by its length. Throws `ParseError` as `openEnvelope` does. */
export const openContent = (envelope: EnvelopedData, contentKeyOf: (keyBytes: number) => Uint8Array): Buffer => {
  if (envelope.algorithm === null) throw new ParseError('envelope', 'The content encryption algorithm is not allowed.')
  const { keyBytes, blockBytes } = contentAlgorithms[envelope.algorithm]
  const { iv, encrypted } = envelope
  if (iv.length !== blockBytes || encrypted.length === 0 || encrypted.length % blockBytes !== 0)
    throw new ParseError('envelope', "The encrypted content's length does not fit its algorithm.")
  const decipher = createDecipheriv(envelope.algorithm, contentKeyOf(keyBytes), iv).setAutoPadding(false)
  return withoutPadding(Buffer.concat([decipher.update(encrypted), decipher.final()]), blockBytes)
}

/** Writes an EnvelopedData with its ContentInfo, for the holder of one RSA certificate. Throws `ParseError` when its key is not RSA. */
export const writeEnvelopedData = (content: Uint8Array, certificateDer: Uint8Array, algorithm: ContentAlgorithm): Buffer => {
  const { publicKey } = openCertificate(certificateDer)
  if (publicKey.asymmetricKeyType !== 'rsa') throw new ParseError('certificate', "The recipient's key is not RSA.")
  const { oid, keyBytes, blockBytes } = contentAlgorithms[algorithm]
  const contentKey = randomBytes(keyBytes)
  const iv = randomBytes(blockBytes)
  const cipher = createCipheriv(algorithm, contentKey, iv)
  const recipient = derSequence(
    derInteger(0),
    issuerAndSerialOf(certificateDer),
    derSequence(derOid(rsaEncryption), derNull),
    octetsValue(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, contentKey)),
  )
  const encrypted = derSequence(
    derOid(contentTypes.data),
    derSequence(derOid(oid), octetsValue(iv)),
    der(primitive(0), cipher.update(content), cipher.final()),
  )
  return derSequence(
    derOid(contentTypes.envelopedData),
    der(context(0), derSequence(derInteger(0), derSetOf(recipient), encrypted)),
  )
}

const readRecipient = (element: Der): Recipient => {
  const [, id, algorithm, encryptedKey] = derItemsOf(element, derTag.sequence, 'A recipient')
  if (id === undefined) throw new ParseError('envelope', 'A recipient has no identifier.')
  const [oid, parameters] = derItemsOf(algorithm, derTag.sequence, 'A key encryption algorithm')
  return {
    id: id.whole,
    algorithmOid: readOid(oid, 'A key encryption algorithm'),
    algorithmParameters: parameters?.whole ?? null,
    encryptedKey: expectDer(encryptedKey, derTag.octetString, 'An encrypted key').content,
  }
}

/** IMPLICIT [0] OCTET STRING: in one piece, or in many when the encoder streamed. */
const octetsIn = (element: Der | undefined): Uint8Array =>
  element?.tag === context(0)
    ? Buffer.concat(derItemsOf(element, context(0), 'The encrypted content').map((part) => part.content))
    : expectDer(element, primitive(0), 'The encrypted content').content

/** RSA without unpadding, because Node 20 refuses PKCS #1 v1.5 here; a number that the key cannot decrypt gives zeros. */
const rawDecrypt = (key: KeyObject, encryptedKey: Uint8Array): Buffer => {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encryptedKey)
  } catch {
    return Buffer.alloc(256)
  }
}

/** Bad padding leaves the bytes as they are: reading them fails a moment later, like that of any other senseless bytes. */
const withoutPadding = (bytes: Buffer, blockBytes: number): Buffer => {
  const count = bytes.at(-1) ?? 0
  const isPadding = count >= 1 && count <= blockBytes && bytes.subarray(-count).every((byte) => byte === count)
  return isPadding ? bytes.subarray(0, -count) : bytes
}
