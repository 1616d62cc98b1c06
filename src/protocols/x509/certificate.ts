import { X509Certificate } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import type { Der } from '../der.ts'
import { context, derItemsOf, derTag, expectDer, readDer } from '../der.ts'
import type { Extension } from './extensions.ts'
import { extensionOids, readExtensions } from './extensions.ts'
import type { Name } from './names.ts'
import { nameText, readName, valueIn } from './names.ts'

/** What people and stores want to know of a certificate. */
export type CertificateFacts = Readonly<{
  /** SHA-256 of the DER, lower-case hex. */
  fingerprint: string
  /** Lower-case hex. */
  serial: string
  subject: Name
  /** Such as `O=Example, CN=Mac 12`. */
  subjectText: string
  /** The subject's UID, which is the topic of a push certificate. */
  topic: string | null
  notBefore: Date
  notAfter: Date
}>

/** A certificate's fields as they are encoded, for what must match byte for byte. */
export type CertificateParts = Readonly<{
  serial: Der
  issuer: Der
  subject: Der
  publicKey: Der
  extensions: readonly Extension[]
}>

/** Opens a certificate in DER or PEM (the first, if there are many). Throws `ParseError` (field `certificate`). */
export const openCertificate = (certificate: Uint8Array | string): X509Certificate => {
  try {
    return new X509Certificate(certificate)
  } catch {
    throw new ParseError('certificate', 'This is no X.509 certificate in DER or PEM.')
  }
}

/** Reads a certificate in DER or PEM (the first, if there are many). Throws `ParseError`. */
export const readCertificate = (certificate: Uint8Array | string): CertificateFacts => {
  const opened = openCertificate(certificate)
  const subject = readName(readCertificateParts(opened.raw).subject, "The certificate's subject")
  return {
    fingerprint: fingerprintOf(opened),
    serial: opened.serialNumber.toLowerCase(),
    subject,
    subjectText: nameText(subject),
    topic: valueIn(subject, 'userId'),
    notBefore: timeOf(opened.validFrom),
    notAfter: timeOf(opened.validTo),
  }
}

/** SHA-256 of the DER, lower-case hex without colons. */
export const fingerprintOf = (certificate: X509Certificate): string =>
  certificate.fingerprint256.replaceAll(':', '').toLowerCase()

/** Takes a certificate's DER apart. Throws `ParseError`. */
export const readCertificateParts = (certificateDer: Uint8Array): CertificateParts => {
  const [tbs] = derItemsOf(readDer(certificateDer), derTag.sequence, 'The certificate')
  const items = derItemsOf(tbs, derTag.sequence, "The certificate's content")
  // Version 1 leaves the version out.
  const [serial, , issuer, , subject, publicKey, ...optional] = items[0]?.tag === context(0) ? items.slice(1) : items
  if (serial === undefined || issuer === undefined || subject === undefined || publicKey === undefined)
    throw new ParseError('certificate', 'The certificate lacks some of its fields.')
  const extensions = optional.find(({ tag }) => tag === context(3))
  return {
    serial,
    issuer,
    subject,
    publicKey,
    extensions: extensions === undefined ? [] : readExtensions(readDer(extensions.content)),
  }
}

/** The identifier of its key that a certificate tells; null: none. Throws `ParseError`. */
export const keyIdentifierIn = (certificateDer: Uint8Array): Uint8Array | null => {
  const told = readCertificateParts(certificateDer).extensions.find(({ oid }) => oid === extensionOids.subjectKeyIdentifier)
  return told === undefined ? null : expectDer(readDer(told.value), derTag.octetString, "The key's identifier").content
}

/**
 * True when one of the authorities signed the certificate. Dates and revocation are not looked at: expired identities may be tolerated by
 * whoever asks. Answers are remembered for the last 10,000 pairs.
 */
export const isIssuedBy = (certificate: X509Certificate, authorityCertificates: readonly X509Certificate[]): boolean => {
  const fingerprint = certificate.fingerprint256
  return authorityCertificates.some((authority) => {
    const pair = `${fingerprint}<${authority.fingerprint256}`
    const known = verdicts.get(pair)
    if (known !== undefined) return known
    const verdict = wasSignedBy(certificate, authority)
    if (verdicts.size >= maxVerdicts) verdicts.delete(verdicts.keys().next().value ?? '')
    verdicts.set(pair, verdict)
    return verdict
  })
}

const maxVerdicts = 10_000
const verdicts = new Map<string, boolean>()

const wasSignedBy = (certificate: X509Certificate, authority: X509Certificate): boolean => {
  try {
    return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  } catch {
    return false
  }
}

/** OpenSSL prints times as `Jan  2 03:04:05 2026 GMT`. */
const timeOf = (printed: string): Date => {
  const time = new Date(printed)
  if (Number.isNaN(time.getTime())) throw new ParseError('certificate', "The certificate's validity is no pair of times.")
  return time
}
