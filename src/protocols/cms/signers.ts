import { createHash, X509Certificate, type KeyObject } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { context, derItemsOf, derTag, expectDer, readDer } from '../der.ts'

/** A certificate as a verifier uses it. `fingerprint` is the lower-case hex SHA-256 of its DER. */
export type Signer = Readonly<{
  certificate: X509Certificate
  publicKey: KeyObject
  fingerprint: string
  issuer: Uint8Array
  serial: Uint8Array
}>

/** Reading a certificate and its key costs more than checking a signature; a device sends the same one each time. */
const maxRemembered = 4096
const remembered = new Map<string, Signer>()

/** The certificate in this DER, read at most once in a while. Throws `ParseError`. */
export const signerOf = (der: Uint8Array): Signer => {
  const fingerprint = createHash('sha256').update(der).digest('hex')
  const known = remembered.get(fingerprint)
  if (known === undefined) return read(der, fingerprint)
  remembered.delete(fingerprint)
  remembered.set(fingerprint, known)
  return known
}

/** Keeps a signer whose signature was right, in place of the one not seen for longest. */
export const remember = (signer: Signer): void => {
  if (remembered.has(signer.fingerprint)) return
  remembered.set(signer.fingerprint, signer)
  const oldest = remembered.keys().next()
  if (remembered.size > maxRemembered && oldest.done !== true) remembered.delete(oldest.value)
}

const read = (der: Uint8Array, fingerprint: string): Signer => {
  const names = issuerAndSerialOf(der)
  try {
    const certificate = new X509Certificate(der)
    return { certificate, publicKey: certificate.publicKey, fingerprint, ...names }
  } catch {
    throw new ParseError('signature', 'A certificate of the signature cannot be read.')
  }
}

/** The issuer's name and the serial number, each with tag and length, by which a SignerInfo names its certificate. */
export const issuerAndSerialOf = (der: Uint8Array): Readonly<{ issuer: Uint8Array; serial: Uint8Array }> => {
  const [body] = derItemsOf(readDer(der), derTag.sequence, 'The certificate')
  const items = derItemsOf(body, derTag.sequence, 'The certificate')
  const [serial, , issuer] = items[0]?.tag === context(0) ? items.slice(1) : items
  return {
    issuer: copyOf(expectDer(issuer, derTag.sequence, "The certificate's issuer").whole),
    serial: copyOf(expectDer(serial, derTag.integer, "The certificate's serial number").whole),
  }
}

/** What is remembered must not hold on to the request it came in. */
const copyOf = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes)
