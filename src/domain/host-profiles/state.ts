import type { Overrider, RefusedBecause } from './events.ts'
import type { ProfileScope, SettingsKind } from '../profiles/events.ts'

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
  /** When the secrets in it were last changed before it was sent; absent: never. */
  secretsAt?: string
  /** Tells what its variables stood for when it was sent; absent: it has none. */
  rendering?: string
  /** How often it was looked for in vain since it was last seen; absent: never. */
  misses?: number
  /** The profiles that override it, as far as that was told; none: what did is gone, and it is to be sent again. Absent: nothing does. */
  overridden?: Readonly<{ by: readonly Overrider[]; detail: string }>
  /** Why it could not be given to the host; absent: it could. */
  refusedFor?: RefusedBecause
  /** Of one that is to leave: how it stood before. */
  stood?: HostProfileStatus
}>

export type HostProfiles = Readonly<Record<string, HostProfile>>

/** False only when nothing of it can be on the device: a removal would be for nothing. */
export const mayBeThere = ({ landed, status }: HostProfile): boolean => landed || status === 'pending'

/** Whether it has a say in what its settings are on the device: what failed for good has none, for its values are not there. */
export const hasASay = ({ operation, status, overridden }: HostProfile): boolean =>
  operation === 'install' && (status !== 'failed' || overridden !== undefined)

/** A profile that the host's cohort is to have, or may keep. */
export type DesiredProfile = Readonly<{
  profileId: string
  identifier: string
  checksum: string
  scope: ProfileScope
  /** Absent: a profile. */
  kind?: SettingsKind
  /**
   * Absent: it is wanted. `held`: as if wanted, on hosts that have it already. `kept`: nothing is done about it, be it there or not.
   */
  mode?: 'held' | 'kept'
  /** When this content was uploaded, in any team first; ISO 8601. */
  since?: string
  secretsAt?: string
  /** Names of the variables in it; absent: none. */
  variables?: readonly string[]
  /** Identifiers of the assets that a declaration is made of; absent: none. */
  refersTo?: readonly string[]
  /** The first major version of Apple's systems that heeds nothing in it; absent: all heed something. */
  endedFrom?: number
}>
