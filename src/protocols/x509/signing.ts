import type { KeyObject } from 'node:crypto'
import { sign } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { context, der, derInteger, derNull, derOid, derSequence } from '../der.ts'
import type { Extension } from './extensions.ts'
import { writeExtensions } from './extensions.ts'
import { writeBits, writeHexInteger, writeTime } from './values.ts'

/** A certificate before it is signed; `issuer`, `subject` and `publicKey` are DER. `serial` is hex. */
export type CertificateContents = Readonly<{
  serial: string
  issuer: Uint8Array
  subject: Uint8Array
  publicKey: Uint8Array
  notBefore: Date
  notAfter: Date
  extensions: readonly Extension[]
}>

/** Signs a version 3 certificate with SHA-256 and RSA. Throws `ParseError` (field `key`) when the key is not RSA. */
export const signCertificate = (contents: CertificateContents, key: KeyObject): Buffer => {
  if (key.asymmetricKeyType !== 'rsa')
    throw new ParseError('key', `The signing key is ${String(key.asymmetricKeyType)}, not RSA.`)
  const tbs = derSequence(
    der(context(0), derInteger(2)),
    writeHexInteger(contents.serial),
    sha256WithRsa,
    contents.issuer,
    derSequence(writeTime(contents.notBefore), writeTime(contents.notAfter)),
    contents.subject,
    contents.publicKey,
    der(context(3), writeExtensions(contents.extensions)),
  )
  return signStructure(tbs, key)
}

/**
 * What X.509 certificates and PKCS #10 requests share: content, algorithm, signature. Throws `ParseError` (field `key`) when the key is
 * neither RSA nor EC.
 */
export const signStructure = (content: Uint8Array, key: KeyObject): Buffer => {
  const algorithm = algorithms.get(key.asymmetricKeyType)
  if (algorithm === undefined)
    throw new ParseError('key', `The signing key is ${String(key.asymmetricKeyType)}, neither RSA nor EC.`)
  return derSequence(content, algorithm, writeBits(sign('sha256', content, key)))
}

const sha256WithRsa = derSequence(derOid('1.2.840.113549.1.1.11'), derNull)

const algorithms: ReadonlyMap<KeyObject['asymmetricKeyType'], Uint8Array> = new Map([
  ['rsa', sha256WithRsa],
  ['ec', derSequence(derOid('1.2.840.10045.4.3.2'))],
])
