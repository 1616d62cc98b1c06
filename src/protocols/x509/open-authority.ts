import type { KeyObject, X509Certificate } from 'node:crypto'
import { createPrivateKey } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { derTag, expectDer, readDer } from '../der.ts'
import type { CertificateParts } from './certificate.ts'
import { openCertificate, readCertificateParts } from './certificate.ts'
import { extensionOids, keyIdentifierOf } from './extensions.ts'

/** A certificate authority as it is kept: PEM, the key in PKCS #8 and not encrypted. */
export type Authority = Readonly<{ certificatePem: string; keyPem: string }>

/** An authority ready for use. */
export type OpenAuthority = Readonly<{
  certificate: X509Certificate
  parts: CertificateParts
  key: KeyObject
  keyIdentifier: Uint8Array
  notAfter: Date
}>

/**
 * Parses an authority's certificate and key; remembered as long as the given object lives, so keep one object per authority.
 * Throws `ParseError` (field `authority`, or `certificate`) when they cannot be read, are not RSA, do not match or may not sign.
 */
export const openAuthority = (authority: Authority): OpenAuthority => {
  const known = opened.get(authority)
  if (known !== undefined) return known
  const certificate = openCertificate(authority.certificatePem)
  const key = openKey(authority.keyPem)
  if (!certificate.ca) throw new ParseError('authority', 'The certificate is not that of an authority.')
  if (!certificate.checkPrivateKey(key)) throw new ParseError('authority', "The key is not that of the authority's certificate.")
  const parts = readCertificateParts(certificate.raw)
  const open = { certificate, parts, key, keyIdentifier: keyIdentifierIn(parts), notAfter: new Date(certificate.validTo) }
  opened.set(authority, open)
  return open
}

const opened = new WeakMap<Authority, OpenAuthority>()

const openKey = (keyPem: string): KeyObject => {
  const key = privateKeyIn(keyPem)
  if (key?.asymmetricKeyType !== 'rsa') throw new ParseError('authority', 'The key is no RSA private key in PEM.')
  return key
}

const privateKeyIn = (keyPem: string): KeyObject | null => {
  try {
    return createPrivateKey(keyPem)
  } catch {
    return null
  }
}

const keyIdentifierIn = ({ extensions, publicKey }: CertificateParts): Uint8Array => {
  const extension = extensions.find(({ oid }) => oid === extensionOids.subjectKeyIdentifier)
  if (extension === undefined) return keyIdentifierOf(publicKey.whole)
  return expectDer(readDer(extension.value), derTag.octetString, "The authority's key identifier").content
}
