import type { CertificateWish } from '../x509/authority.ts'
import { clockSkewMs } from '../x509/authority.ts'
import type { Name } from '../x509/names.ts'
import { isKnownAttribute, nameOf } from '../x509/names.ts'
import type { CertificationRequest } from './csr.ts'

/** What a certificate for a request holds; complete it with the authority: `issueCertificate({ authority, ...contents })`. */
export type IdentityContents = Omit<CertificateWish, 'authority'>

export type IssuePolicy = Readonly<{
  now: Date
  /** Validity; by default 365. */
  days?: number
  /** The common name of a request that has no name that may stay; by default `Device`. */
  fallbackName?: string
}>

const dayMs = 24 * 60 * 60_000

/**
 * Decides what of a request goes into a device identity: names that are known, its alternative names, digitalSignature, and
 * keyEncipherment if asked for. Whatever else was asked for, the certificate is a leaf for client authentication.
 */
export const identityContents = (
  csr: CertificationRequest,
  { now, days = 365, fallbackName }: IssuePolicy,
): IdentityContents => ({
  subject: identitySubject(csr, fallbackName),
  publicKey: csr.publicKey,
  notBefore: new Date(now.getTime() - clockSkewMs),
  notAfter: new Date(now.getTime() + days * dayMs),
  extKeyUsage: 'clientAuth',
  keyUsage: mayEncipher(csr) ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'],
  san: { ...csr.san, dns: inAscii(csr.san.dns), email: inAscii(csr.san.email), uri: inAscii(csr.san.uri) },
})

/** The name that a request gets: its parts of known types. */
export const identitySubject = ({ subject }: Pick<CertificationRequest, 'subject'>, fallbackName = usualFallback): Name => {
  const known = subject.filter(isKnownAttribute)
  return known.length === 0 ? nameOf({ commonName: fallbackName }) : known
}

const usualFallback = 'Device'

/** Keys on curves agree upon keys; they encipher none. */
const mayEncipher = ({ keyUsage, publicKey }: CertificationRequest): boolean =>
  keyUsage.includes('keyEncipherment') && publicKey.asymmetricKeyType === 'rsa'

/** Certificates hold these in ASCII; names of other scripts have an ASCII form, which is the client's to choose. */
const inAscii = (names: readonly string[] = []): readonly string[] => names.filter((name) => /^[!-~]+$/.test(name))
