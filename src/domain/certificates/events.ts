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
      }
    }
  | { type: 'CertificateBound'; data: { hostId: string; enrollmentId: string } }
