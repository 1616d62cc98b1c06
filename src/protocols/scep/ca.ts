import { ParseError } from '../../kernel/parse-error.ts'
import { openCertificate } from '../x509/certificate.ts'
import type { Authority } from '../x509/open-authority.ts'
import { openAuthority } from '../x509/open-authority.ts'
import { readCertificates, writeCertificates, writeSignedData } from './signed-data.ts'

/** `renewal`: RenewalReq is served; `next`: there is an authority to come; `oldClients` adds what is only for them. */
export type CaCaps = Readonly<{ renewal?: boolean; next?: boolean; oldClients?: boolean }>

/** The answer to GetCACaps. */
export const writeCaCaps = ({ renewal = false, next = false, oldClients = false }: CaCaps = {}): string =>
  [
    'POSTPKIOperation',
    'SCEPStandard',
    'SHA-256',
    'AES',
    ...(renewal ? ['Renewal'] : []),
    ...(next ? ['GetNextCACert'] : []),
    ...(oldClients ? ['SHA-1', 'DES3'] : []),
  ]
    .map((capability) => `${capability}\n`)
    .join('')

/** The answer to GetCACert with its content type: one certificate as it is, several as a degenerate SignedData, in the order given. */
export const writeCaCert = (certificates: readonly Uint8Array[]): Readonly<{ contentType: string; body: Uint8Array }> => {
  const [only, ...others] = certificates
  return only !== undefined && others.length === 0
    ? { contentType: 'application/x-x509-ca-cert', body: only }
    : { contentType: 'application/x-x509-ca-ra-cert', body: writeCertificates(certificates) }
}

/** The answer to GetNextCACert (RFC 8894 §4.7.1): the certificate to come, signed by the authority that clients know. */
export const writeNextCaCert = (
  authority: Authority,
  nextCertificate: Uint8Array,
): Readonly<{ contentType: string; body: Uint8Array }> => {
  const { certificate, key } = openAuthority(authority)
  const content = writeCertificates([nextCertificate])
  return {
    contentType: 'application/x-x509-next-ca-cert',
    body: writeSignedData({ content, attributes: [], certificateDer: certificate.raw, key }),
  }
}

/** Reads either answer to GetCACert. The authority comes before others. Throws `ParseError`. */
export const readCaCert = (body: Uint8Array): readonly Uint8Array[] => {
  const certificates = isCertificate(body) ? [body] : readCertificates(body)
  if (certificates.length === 0) throw new ParseError('certificate', 'The answer holds no certificate.')
  return certificates.map((certificate) => openCertificate(certificate).raw)
}

/** A PKI message of 64 KiB, in base64 with every character percent-encoded, is as long as a query gets. */
const maxQuery = 3 * 90_000

/**
 * Decodes the `message` of PKIOperation by GET: standard and URL-safe base64, without padding, with pluses turned into spaces, with line
 * feeds, with percent signs left over. Throws `ParseError` (field `message`).
 */
export const decodeGetMessage = (message: string): Uint8Array => {
  if (message.length > maxQuery) throw new ParseError('message', 'The message is too long.')
  const digits = unescaped(message)
    .replaceAll(/[\r\n\t]/g, '')
    .replaceAll(/[ -]/g, '+')
    .replaceAll('_', '/')
    .replace(/={0,2}$/, '')
  if (digits === '') throw new ParseError('message', 'The message is empty.')
  if (!/^[A-Za-z0-9+/]+$/.test(digits) || digits.length % 4 === 1) throw new ParseError('message', 'The message is not base64.')
  return Buffer.from(digits, 'base64')
}

const unescaped = (message: string): string => {
  if (!message.includes('%')) return message
  try {
    return decodeURIComponent(message)
  } catch {
    throw new ParseError('message', 'The message is badly percent-encoded.')
  }
}

const isCertificate = (body: Uint8Array): boolean => {
  try {
    openCertificate(body)
    return true
  } catch {
    return false
  }
}
