import type { EnrollmentTerms } from '../../src/domain/enrollment/terms.ts'

/** What the enrollment profiles of examples say. */
export const termsOf = (more: Partial<EnrollmentTerms> = {}): EnrollmentTerms => ({
  identifier: 'com.example.mdm',
  serverUrl: 'https://mdm.example.com/mdm/apple/mdm',
  checkInUrl: 'https://mdm.example.com/mdm/apple/mdm',
  topic: 'com.apple.mgmt.External.8c2f',
  accessRights: 8191,
  capabilities: ['com.apple.mdm.per-user-connections'],
  account: null,
  teamId: null,
  renews: null,
  ...more,
})
