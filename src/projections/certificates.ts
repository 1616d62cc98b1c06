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
  host_id: string | null
  enrollment_id: string | null
}>

/** Identity certificates: issued by this server, or bound to an enrollment, or both. */
export const certificates: Projection<CertificateEvent, CertificateRow> = {
  name: 'certificates',
  version: 1,
  schema: `
    fingerprint text not null,
    serial text,
    subject text,
    not_after timestamptz,
    transaction_id text,
    csr_hash text,
    certificate text,
    host_id text,
    enrollment_id text`,
  key: ['fingerprint'],
  indexes: ['(host_id)', '(not_after)', '(transaction_id)'],

  on: {
    CertificateIssued: ({ id, data }) => ({
      where: { fingerprint: id },
      set: {
        serial: data.serial,
        subject: data.subject,
        not_after: data.notAfter,
        transaction_id: data.transactionId,
        csr_hash: data.csrHash,
        certificate: data.certificate,
      },
    }),
    CertificateBound: ({ id, data }) => ({
      where: { fingerprint: id },
      set: { host_id: data.hostId, enrollment_id: data.enrollmentId },
    }),
  },
}

/** Certificates that end before `moment`, the nearest first. */
export const certificatesEndingBefore = (moment: string) =>
  query<CertificateRow>`select * from certificates where not_after < ${moment} order by not_after limit 1000`

/** The certificate that this very request was granted before, if it was. */
export const certificateIssuedFor = (transactionId: string, csrHash: string) =>
  query<Pick<CertificateRow, 'certificate'>>`
    select certificate from certificates where transaction_id = ${transactionId} and csr_hash = ${csrHash} limit 1`
