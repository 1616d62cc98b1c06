import type { ProfileScope } from '../profiles/events.ts'

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
        because: 'no-user-channel'
        detail: string
      }
    }
  | { type: 'ProfileResendAsked'; data: { profileId: string } }
