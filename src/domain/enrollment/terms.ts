/**
 * What one enrollment profile said. Apple freezes most of it for the life of the enrollment: every later profile must say the same, or the
 * device refuses it. It is kept with the challenge in the profile, then with the certificate that the challenge bought, then with the
 * enrollment that the certificate began: so a renewal can repeat it word for word, and who asked for which certificate is a fact.
 */
export type EnrollmentTerms = Readonly<{
  /** The profile's top-level PayloadIdentifier. */
  identifier: string
  /** With its query, if any. */
  serverUrl: string
  /** Null: the profile had none. */
  checkInUrl: string | null
  topic: string
  accessRights: number
  capabilities: readonly string[]
  /** Account-driven enrollments alone. */
  account: Readonly<{ mode: 'BYOD' | 'ADDE'; managedAppleAccount: string }> | null
  /** The team that the host joins with this enrollment; null: it was not said, and the host stays where it is. */
  teamId: string | null
  /** A renewal may be used by this host only, and begins no new enrollment. */
  renews: Readonly<{ hostId: string; commandId: string }> | null
}>
