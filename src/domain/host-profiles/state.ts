import type { ProfileScope } from '../profiles/events.ts'

/** `waiting`: must be sent and was not yet. `pending`: a command is under way. The rest is what the device said. */
export type HostProfileStatus = 'waiting' | 'pending' | 'verifying' | 'verified' | 'failed'

/** One profile as far as it is known to be on one host. */
export type HostProfile = Readonly<{
  identifier: string
  checksum: string
  scope: ProfileScope
  operation: 'install' | 'remove'
  status: HostProfileStatus
  commandId: string | null
  /** Failed attempts at this content. */
  failures: number
  /** True once the device acknowledged an installation in its place, of this content or earlier, or may have done one unheard. */
  landed: boolean
  /** The removal may fail: it was never sure that the profile is there. */
  ignoreError: boolean
  resend: boolean
}>

export type HostProfiles = Readonly<Record<string, HostProfile>>

/** False only when nothing of it can be on the device: a removal would be for nothing. */
export const mayBeThere = ({ landed, status }: HostProfile): boolean => landed || status === 'pending'

/** A profile that the host's cohort is to have. */
export type DesiredProfile = Readonly<{
  profileId: string
  identifier: string
  checksum: string
  scope: ProfileScope
}>
