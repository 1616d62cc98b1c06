import type { CertificateEvent } from '../domain/certificates/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type CertificateRow = Readonly<{
  fingerprint: string
  serial: string | null
  subject: string | null
  not_after: string | null
  transaction_id: string | null
  csr_hash: string | null
  /** DER, base64. */
  certificate: string | null
  /** The authority's fingerprint; null when it was another server's, or when there was one only. */
  issuer: string | null
  /** The certificate that asked for this one to follow it. */
  follows: string | null
  issued_at: string | null
  host_id: string | null
  enrollment_id: string | null
  bound_at: string | null
  /** Where in the log it was bound: the order of an enrollment's certificates. */
  bound_position: string | null
  revoked_at: string | null
  revoked_because: string | null
  /** Where in the log it was revoked. */
  revoked_position: string | null
}>

/** Identity certificates: issued by this server, or bound to an enrollment, or both. */
export const certificates: Projection<CertificateEvent, CertificateRow> = {
  name: 'certificates',
  version: 2,
  schema: `
    fingerprint text not null,
    serial text,
    subject text,
    not_after timestamptz,
    transaction_id text,
    csr_hash text,
    certificate text,
    issuer text,
    follows text,
    issued_at timestamptz,
    host_id text,
    enrollment_id text,
    bound_at timestamptz,
    bound_position text collate "C",
    revoked_at timestamptz,
    revoked_because text,
    revoked_position text collate "C"`,
  key: ['fingerprint'],
  indexes: ['(host_id)', '(enrollment_id, bound_position)', '(not_after, fingerprint)', '(transaction_id)', '(revoked_position)'],

  on: {
    CertificateIssued: ({ id, at, data }) => ({
      where: { fingerprint: id },
      set: {
        serial: data.serial,
        subject: data.subject,
        not_after: data.notAfter,
        transaction_id: data.transactionId,
        csr_hash: data.csrHash,
        certificate: data.certificate,
        issuer: data.issuer ?? null,
        follows: data.follows ?? null,
        issued_at: at,
      },
    }),
    CertificateBound: ({ id, at, position, data }) => ({
      where: { fingerprint: id },
      set: { host_id: data.hostId, enrollment_id: data.enrollmentId, bound_at: at, bound_position: position },
    }),
    CertificateEndSeen: ({ id, data }) => ({ where: { fingerprint: id }, set: { not_after: data.notAfter } }),
    CertificateRevoked: ({ id, at, position, data }) => ({
      where: { fingerprint: id },
      set: { revoked_at: at, revoked_because: data.because, revoked_position: position },
    }),
  },
}

/** Certificates that end before `moment`, the nearest first. */
export const certificatesEndingBefore = (moment: string) =>
  query<CertificateRow>`select * from certificates where not_after < ${moment} order by not_after limit 1000`

/**
 * The certificate that this very request was granted before, if it was. `follows` is the certificate that asks (RenewalReq), or null: the
 * same request from somebody else is another request.
 */
export const certificateIssuedFor = (transactionId: string, csrHash: string, follows: string | null) =>
  query<Pick<CertificateRow, 'fingerprint' | 'certificate' | 'not_after'>>`
    select fingerprint, certificate, not_after from certificates
    where transaction_id = ${transactionId} and csr_hash = ${csrHash} and follows is not distinct from ${follows}::text
      and revoked_at is null
    order by issued_at, fingerprint limit 1`

/** Revocations after `position` in the log, in their order, of certificates that had not ended by `since`. */
export const revokedAfter = (position: string, since: string, limit: number) =>
  query<Readonly<{ fingerprint: string; revoked_position: string }>>`
    select fingerprint, revoked_position from certificates
    where revoked_position > ${position} collate "C" and (not_after is null or not_after > ${since})
    order by revoked_position limit ${limit}`
