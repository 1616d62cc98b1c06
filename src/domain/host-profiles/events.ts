import type { ProfileScope } from '../profiles/events.ts'

/** `was` tells whether it had ever been seen there. `attempt` counts how often it was missed. */
export type MissedProfile = Readonly<{
  profileId: string
  was: 'verifying' | 'verified'
  attempt: number
  willRetry: boolean
  detail: string
}>

/** A profile that overrides another on a host, in one version. */
export type Overrider = Readonly<{ profileId: string; checksum: string }>

/**
 * Why a profile cannot be given to a host. `system-heeds-nothing`: its system does not take any of what the profile sets any more.
 */
export type RefusedBecause = 'no-user-channel' | 'variable-missing' | 'system-heeds-nothing'

/** What happened to the profiles on one host, beside the commands that carry them. */
export type HostProfileEvent =
  /** The device took it. On a Mac it still has to be seen (`verifying`); elsewhere the answer is all there is (`verified`). */
  | { type: 'ProfileInstalled'; data: { profileId: string; checksum: string; status: 'verifying' | 'verified' } }
  | {
      type: 'ProfileInstallFailed'
      data: { profileId: string; checksum: string; attempt: number; willRetry: boolean; detail: string }
    }
  | { type: 'ProfileRemoved'; data: { profileId: string; because: 'removed' | 'was-not-there' | 'error-ignored' } }
  | { type: 'ProfileRemovalFailed'; data: { profileId: string; detail: string } }
  /** The same bytes under another id: nothing is sent. */
  | {
      type: 'ProfileKept'
      data: {
        from: string
        to: string
        identifier: string
        checksum: string
        scope: ProfileScope
        status: 'pending' | 'verifying' | 'verified'
        commandId: string | null
      }
    }
  /** No command, because nothing (more) is on the device. */
  | {
      type: 'ProfileForgotten'
      data: { profileId: string; because: 'never-sent' | 'never-landed' | 'replaced' | 'no-user-channel' }
    }
  | {
      type: 'ProfileRefused'
      data: {
        profileId: string
        identifier: string
        checksum: string
        scope: ProfileScope
        because: RefusedBecause
        detail: string
      }
    }
  | { type: 'ProfileResendAsked'; data: { profileId: string } }
  /** Other profiles of the host set nodes of it to other values, and have the last word (`by`, with the versions that do). The rest of it is in force. */
  | { type: 'ProfileOverridden'; data: { profileId: string; checksum: string; by: readonly Overrider[]; detail: string } }
  /** What overrode it is not in force: it is to be sent again, whole. */
  | { type: 'ProfileOverrideEnded'; data: { profileId: string } }
  /**
   * What a list of the profiles on the host says anew. `seen` are those found where they should be; `missed` those that should be there and
   * are not; `appeared` and `gone` tell of profiles that nobody manages here.
   */
  | {
      type: 'ProfilesObserved'
      data: {
        source: 'agent' | 'profile-list'
        seen: readonly string[]
        missed: readonly MissedProfile[]
        appeared: readonly Readonly<{ identifier: string; name: string | null }>[]
        gone: readonly string[]
      }
    }
