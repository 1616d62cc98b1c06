import type { KeyObject } from 'node:crypto'
import { constants, privateDecrypt } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { context, derItemsOf, derTag, readDer } from '../der.ts'
import { digestOf, rsaEncryption } from '../scep/algorithms.ts'
import type { EnvelopedData, Recipient } from '../scep/enveloped-data.ts'
import { openContent, openEnvelope, readEnvelopedData, recipientFor } from '../scep/enveloped-data.ts'
import { keyIdentifierIn, openCertificate } from '../x509/certificate.ts'
import { readOid } from '../x509/values.ts'

/** Opens the envelope around a server token for the holder of the certificate. Throws `ParseError` (field `token`). */
export const openTokenEnvelope = (bytes: Uint8Array, certificatePem: string, key: KeyObject): Buffer => {
  const envelope = readEnvelope(bytes)
  if (envelope.algorithm === null)
    throw new ParseError('token', 'The token is encrypted with an algorithm that is not known; Apple uses AES-CBC or triple DES.')
  const recipient = recipientWith(envelope, openCertificate(certificatePem).raw)
  if (recipient === undefined)
    throw new ParseError(
      'token',
      'The token was made for another certificate: hand the certificate of this server to Apple, and download the token anew.',
    )
  return recipient.algorithmOid === rsaEncryption
    ? openedWith(() => openEnvelope(envelope, recipient, key))
    : openedWith(() => openContent(envelope, contentKeyIn(recipient, key)))
}

const readEnvelope = (bytes: Uint8Array): EnvelopedData => {
  try {
    return readEnvelopedData(bytes)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new ParseError('token', `The token file is damaged or cut off, or is none. ${error.message}`)
  }
}

const openedWith = (open: () => Buffer): Buffer => {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new ParseError('token', `The token file is damaged. ${error.message}`)
  }
}

/** By issuer and serial number, as Apple does, or by the identifier of the key. */
const recipientWith = (envelope: EnvelopedData, certificateDer: Uint8Array): Recipient | undefined => {
  const keyIdentifier = keyIdentifierIn(certificateDer)
  return (
    recipientFor(envelope, certificateDer) ??
    envelope.recipients.find(
      ({ id }) => keyIdentifier !== null && id[0] === 0x80 && Buffer.compare(id.subarray(2), keyIdentifier) === 0,
    )
  )
}

const oaep = '1.2.840.113549.1.1.7'
const mgf1 = '1.2.840.113549.1.1.8'

const contentKeyIn =
  ({ algorithmOid, algorithmParameters, encryptedKey }: Recipient, key: KeyObject) =>
  (keyBytes: number): Uint8Array => {
    if (algorithmOid !== oaep) throw new ParseError('token', 'The key of the content is encrypted with an unknown algorithm.')
    const contentKey = decrypted(key, digestIn(algorithmParameters), encryptedKey)
    if (contentKey.length !== keyBytes) throw new ParseError('token', 'The key of the content has another length than it needs.')
    return contentKey
  }

const decrypted = (key: KeyObject, oaepHash: string, encryptedKey: Uint8Array): Buffer => {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, encryptedKey)
  } catch {
    throw new ParseError('token', 'Its key does not open with the key of this server.')
  }
}

/** RFC 8017, A.2.1: the digest in [0] and that of the mask in [1], SHA-1 where absent. `node:crypto` takes one for both. */
const digestIn = (parameters: Uint8Array | null): string => {
  const items = parameters === null ? [] : derItemsOf(readDer(parameters), derTag.sequence, 'The parameters of OAEP')
  const of = (number: number) => items.find(({ tag }) => tag === context(number))?.content
  const [digest, mask] = [of(0), of(1)]
  const name = digest === undefined ? 'sha1' : digestNamed(digest)
  const maskName = mask === undefined ? 'sha1' : maskDigestIn(mask)
  if (name === null || name !== maskName || of(2) !== undefined)
    throw new ParseError('token', 'The key of the content is encrypted with parameters of OAEP that are not supported.')
  return name
}

const digestNamed = (algorithm: Uint8Array): string | null =>
  digestOf(readOid(derItemsOf(readDer(algorithm), derTag.sequence, 'A digest')[0], 'A digest'), true)

const maskDigestIn = (algorithm: Uint8Array): string | null => {
  const [oid, digest] = derItemsOf(readDer(algorithm), derTag.sequence, 'A mask function')
  return readOid(oid, 'A mask function') === mgf1 && digest !== undefined ? digestNamed(digest.whole) : null
}
