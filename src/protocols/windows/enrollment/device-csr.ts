import type { KeyObject } from 'node:crypto'
import { createPublicKey, sign, verify } from 'node:crypto'
import { ParseError } from '../../../kernel/parse-error.ts'
import { verifyAttached } from '../../cms/verify-attached.ts'
import { context, der, derInteger, derItemsOf, derNull, derOid, derSequence, derSetOf, derTag, readDer } from '../../der.ts'
import type { KeyPair } from '../../x509/keys.ts'
import { spkiOf } from '../../x509/keys.ts'
import { readBits, readOid, writeBits, writeText } from '../../x509/values.ts'

/** A key that asks for a certificate, and has shown that it is held. */
export type DeviceRequest = Readonly<{ publicKey: KeyObject }>

/** The signatures that Windows makes: RSA with SHA-256, and with SHA-1 by its old name and its usual one where no policy told it better. */
const digests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.3.14.3.2.29': 'sha1',
}

/**
 * Reads a device's PKCS#10 and checks its signature. The subject is passed over: Windows writes characters into it that its string type
 * forbids, and the server names the certificate itself. Throws `ParseError`, field `BinarySecurityToken`.
 */
export const readDeviceCsr = (bytes: Uint8Array): DeviceRequest => {
  const read = (): Readonly<{ key: KeyObject; digest: string | undefined; signed: Uint8Array; signature: Uint8Array }> => {
    const [info, algorithm, signature] = derItemsOf(readDer(bytes), derTag.sequence, 'The request')
    const [, , publicKey] = derItemsOf(info, derTag.sequence, "The request's content")
    if (info === undefined || publicKey === undefined) return refuse('The request has no public key.')
    const oid = readOid(derItemsOf(algorithm, derTag.sequence, "The request's algorithm")[0], "The request's algorithm")
    return {
      key: createPublicKey({ key: Buffer.from(publicKey.whole), format: 'der', type: 'spki' }),
      digest: digests[oid],
      signed: info.whole,
      signature: readBits(signature, "The request's signature"),
    }
  }
  const { key, digest, signed, signature } = attempt(read)
  if (digest === undefined) return refuse('The certificate request is signed in a way that is not taken.')
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    return refuse('The certificate request needs an RSA key of at least 2048 bits.')
  if (!verify(digest, signed, key, signature)) return refuse('The certificate request is not signed with its own key.')
  return { publicKey: key }
}

/** A request in a CMS message that is signed with the identity to be renewed. */
export const readRenewal = (bytes: Uint8Array): DeviceRequest & Readonly<{ fingerprint: string }> => {
  const { fingerprint, content } = attempt(() => verifyAttached(bytes))
  return { ...readDeviceCsr(content), fingerprint }
}

/** Writes a request as Windows does, with all that is odd about it. `hash`: by which policy. */
export const writeDeviceCsr = ({
  deviceId,
  keyPair,
  hash,
}: Readonly<{ deviceId: string; keyPair: KeyPair; hash: 'sha1' | 'sha256' }>): Buffer => {
  const name = `${deviceId.slice(0, 30)}!${deviceId}\0`
  const subject = derSequence(derSetOf(derSequence(derOid('2.5.4.3'), writeText(derTag.printableString, name))))
  const raw = Buffer.from(`${deviceId}\0`)
  const extension = derSequence(derOid('1.3.6.1.4.1.311.66.1.0'), der(derTag.octetString, raw))
  const attribute = derSequence(derOid('1.2.840.113549.1.9.14'), derSetOf(derSequence(extension)))
  const info = derSequence(derInteger(0), subject, spkiOf(keyPair.publicKey), der(context(0), attribute))
  const oid = hash === 'sha1' ? '1.3.14.3.2.29' : '1.2.840.113549.1.1.11'
  return derSequence(info, derSequence(derOid(oid), derNull), writeBits(sign(hash, info, keyPair.privateKey)))
}

/** What cannot be read is the request's fault. */
const attempt = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    return error instanceof ParseError ? refuse(error.message) : refuse('The certificate request cannot be read.')
  }
}

const refuse = (message: string): never => {
  throw new ParseError('BinarySecurityToken', message)
}
