import type { Sealed } from '../../kernel/content.ts'

export type Role = 'admin' | 'maintainer' | 'observer'

export type ServerEvent =
  | { type: 'AuthorityCreated'; data: { certificatePem: string; key: Sealed } }
  | { type: 'PushCertificateUploaded'; data: { topic: string; certificatePem: string; key: Sealed; notAfter: string } }
  | { type: 'ApiTokenIssued'; data: { name: string; role: Role; tokenHash: string } }
  | { type: 'ApiTokenRevoked'; data: { tokenHash: string } }

/** What was refused at a device edge: for auditors, at a bounded rate. */
export type SecurityEvent = {
  type: 'DeviceRefused'
  data: {
    why:
      | 'certificate-in-use'
      | 'certificate-not-associated'
      | 'certificate-revoked'
      | 'certificate-foreign'
      | 'signature-invalid'
      | 'identity-conflict'
    enrollmentId: string
    certificate: string | null
    messageType: string
    address: string
  }
}
