import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { App } from '../../app/app.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { claimedSigner, verifyDetachedOffLoop } from '../../protocols/cms/verify-detached.ts'
import { fingerprintOf, isIssuedBy, openCertificate } from '../../protocols/x509/certificate.ts'
import type { DeviceHead } from '../device-path.ts'
import type { AppleEdge } from './settings.ts'

/**
 * A device's identity certificate, checked: from an authority that is trusted, not revoked, within its dates. Where expired ones are accepted,
 * `isExpired` says that this is one: it may speak for the enrollment that it is bound to, and must not be bound to any. `notAfter` in ISO 8601.
 */
export type DeviceCertificate = Readonly<{ fingerprint: string; isExpired: boolean; notAfter: string }>

type Why = 'certificate-foreign' | 'certificate-revoked' | 'signature-invalid'

/** A certificate that is missing, broken, or not ours. Always answered with 400: a 401 would make the device unenroll. */
export class CertificateRefused extends Error {
  override readonly name = 'CertificateRefused'
  readonly why: Why
  readonly fingerprint: string | null

  constructor(why: Why, message: string, fingerprint: string | null) {
    super(message)
    this.why = why
    this.fingerprint = fingerprint
  }
}

/** How far a device's clock or ours may be off at either end of a certificate's life, ms. */
const clockSkewMs = 10 * 60_000

type Doorkeeper = Readonly<{ app: Pick<App, 'clock'> }> & Pick<AppleEdge, 'identity' | 'acceptExpired' | 'trust' | 'isProxy'>

type Presenting = Pick<DeviceHead, 'headers' | 'socket'>

/** The certificate that a request proves to hold, for exactly these body bytes. Throws `CertificateRefused`. */
export const deviceCertificate = async (request: Presenting, body: Uint8Array, edge: Doorkeeper): Promise<DeviceCertificate> => {
  const shown = shownBy(request, edge)
  const certificate =
    shown instanceof Uint8Array ? await read(async () => (await verifyDetachedOffLoop(shown, body)).certificate) : shown
  return trusted(certificate, edge)
}

/**
 * Refuses who does not so much as claim to hold a certificate of ours, before any of the body is read: large ones are only taken of those who do.
 * What is claimed is proved later, of the bytes. Throws `CertificateRefused`.
 */
export const mustClaimCertificate = (request: Presenting, edge: Doorkeeper): void => {
  const shown = shownBy(request, edge)
  trusted(shown instanceof Uint8Array ? readNow(() => claimedSigner(shown)) : shown, edge)
}

const trusted = (certificate: X509Certificate, edge: Doorkeeper): DeviceCertificate => {
  const fingerprint = fingerprintOf(certificate)
  if (!isIssuedBy(certificate, edge.trust.authorities().trusted))
    throw new CertificateRefused('certificate-foreign', 'The certificate was not issued by this server.', fingerprint)
  if (edge.trust.isRevoked(fingerprint))
    throw new CertificateRefused('certificate-revoked', 'The certificate was revoked.', fingerprint)
  const now = edge.app.clock().getTime()
  const { notBefore, notAfter } = datesOf(certificate)
  const isExpired = now > notAfter + clockSkewMs
  if (now < notBefore - clockSkewMs || (isExpired && !edge.acceptExpired))
    throw new CertificateRefused('certificate-foreign', 'The certificate is not valid at this time.', fingerprint)
  return { fingerprint, isExpired, notAfter: new Date(notAfter).toISOString() }
}

/** The certificate that stands for the sender, or the signature that names one. */
const shownBy = ({ headers, socket }: Presenting, { identity: source, isProxy }: Doorkeeper): X509Certificate | Uint8Array => {
  if (source.kind === 'tls') {
    const peer = (socket as Partial<TLSSocket>).getPeerX509Certificate?.()
    return peer ?? refuse('The connection has no client certificate.')
  }
  // Whoever reaches this server past the proxy could write any certificate into a header: they are not secret.
  if (source.kind === 'header' && !isProxy(socket.remoteAddress)) return refuse('The certificate does not come from the proxy.')
  const name = source.kind === 'header' ? source.name : 'Mdm-Signature'
  const value = headers[name.toLowerCase()]
  if (typeof value !== 'string' || value === '') return refuse(`The header ${name} is missing.`)
  return source.kind === 'header' ? readNow(() => fromProxy(value)) : Buffer.from(value, 'base64')
}

const readNow = <T>(make: () => T): T => {
  try {
    return make()
  } catch (error) {
    return unreadable(error)
  }
}

const read = async <T>(make: () => Promise<T>): Promise<T> => make().catch(unreadable)

const unreadable = (error: unknown): never =>
  refuse(error instanceof ParseError ? error.message : 'The signature cannot be read.')

/** RFC 9440 (`:base64 DER:`) or URL-escaped PEM as nginx writes it. */
const fromProxy = (value: string): X509Certificate =>
  value.startsWith(':')
    ? openCertificate(Buffer.from(value.slice(1).replace(/:$/, ''), 'base64'))
    : openCertificate(decodeURIComponent(value))

const refuse = (message: string): never => {
  throw new CertificateRefused('signature-invalid', message, null)
}

const dates = new WeakMap<X509Certificate, Readonly<{ notBefore: number; notAfter: number }>>()

/** Parsing a date costs more than the check; the same certificate object comes with every request of a device. */
const datesOf = (certificate: X509Certificate): Readonly<{ notBefore: number; notAfter: number }> => {
  const known = dates.get(certificate)
  if (known !== undefined) return known
  const read = { notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) }
  dates.set(certificate, read)
  return read
}
