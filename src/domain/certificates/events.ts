import type { EnrollmentTerms } from '../enrollment/terms.ts'

export type CertificateEvent =
  | {
      type: 'CertificateIssued'
      data: {
        serial: string
        subject: string
        /** ISO 8601. */
        notAfter: string
        /** DER, base64. */
        certificate: string
        transactionId: string
        /** SHA-256 of the request, lower-case hex. */
        csrHash: string
        /** Those of the profile whose challenge was presented; absent: the challenge had none, or there was no challenge. */
        terms?: EnrollmentTerms
        /** The fingerprint of the authority; absent: it was issued when there was one only. */
        issuer?: string
        /** The fingerprint of the certificate that asked for this one to follow it (a SCEP RenewalReq). */
        follows?: string
      }
    }
  | { type: 'CertificateBound'; data: { hostId: string; enrollmentId: string } }
  /** Another authority issued it; when it ends (ISO 8601) was seen in a signature. */
  | { type: 'CertificateEndSeen'; data: { notAfter: string } }
  /** It opens nothing any more, whatever its dates say. */
  | { type: 'CertificateRevoked'; data: { because: 'asked' | 'superseded' | 'enrollment-ended' } }
