import type { ProfileScope } from '../profiles/events.ts'
import type { Sealed, SealedContent } from '../../kernel/content.ts'
import type { EnrollmentTerms } from '../enrollment/terms.ts'

/**
 * The menu of what may be asked of a host, in no platform's words. Each platform's edge turns it into wire types in one table, or says that
 * it cannot. Bytes travel by reference: a profile by its checksum. What is secret travels sealed for the host, in the context
 * `command/<command id>` unless it says otherwise.
 */
export type Request =
  | Readonly<{
      kind: 'install-profile'
      profileId: string
      identifier: string
      checksum: string
      scope: ProfileScope
      secretsAt?: string
      rendering?: string
    }>
  | Readonly<{ kind: 'remove-profile'; profileId: string | null; identifier: string; ignoreError: boolean }>
  | Readonly<{ kind: 'list-profiles' }>
  | Readonly<{ kind: 'describe-device'; queries: readonly string[] }>
  /** The enrollment profile once more, on the same terms, with a challenge made when it is sent. */
  | Readonly<{ kind: 'renew-identity'; terms: EnrollmentTerms }>
  /** Tells the host to fetch its declarations. */
  | Readonly<{ kind: 'sync-declarations' }>
  /** Lets a host go that waits in its setup assistant. */
  | Readonly<{ kind: 'release-device' }>
  /** `pin` (six digits) is sealed in the context `pin/<command id>`; null where the host has no use for one. */
  | Readonly<{ kind: 'lock'; pin: Sealed | null; message: string | null; phoneNumber: string | null }>
  /** Ends a lock that no person ends by typing a PIN. */
  | Readonly<{ kind: 'unlock' }>
  | Readonly<{ kind: 'wipe'; pin: Sealed | null; obliteration: Obliteration | null; wipeType?: WipeType }>
  | Readonly<{ kind: 'enable-lost-mode'; message: string | null; phoneNumber: string | null; footnote: string | null }>
  | Readonly<{ kind: 'disable-lost-mode' }>
  | Readonly<{ kind: 'locate' }>
  /** `unlockToken` is the host's own, sealed in the context `unlock-token`. */
  | Readonly<{ kind: 'clear-passcode'; unlockToken: Sealed }>
  | Readonly<{ kind: 'describe-security' }>
  | Readonly<{ kind: 'list-certificates'; managedOnly: boolean }>
  | Readonly<{ kind: 'list-applications'; managedOnly: boolean }>
  | Readonly<{ kind: 'list-managed-applications' }>
  | Readonly<{ kind: 'list-restrictions' }>
  | Readonly<{ kind: 'list-users' }>
  | Readonly<{ kind: 'list-updates' }>
  | Readonly<{ kind: 'describe-updates' }>
  /** A package that the manifest at this address describes. */
  | Readonly<{ kind: 'install-package'; manifestUrl: string }>
  | Readonly<{ kind: 'remove-application'; identifier: string }>
  | Readonly<{ kind: 'restart'; notifyUser: boolean }>
  | Readonly<{ kind: 'shut-down' }>
  | Readonly<{ kind: 'play-sound' }>
  | Readonly<{ kind: 'log-out-user' }>
  | Readonly<{ kind: 'unlock-user'; userName: string }>
  | Readonly<{ kind: 'allow-remote-desktop'; allowed: boolean }>
  | Readonly<{ kind: 'release-user' }>
  | Readonly<{ kind: 'raw'; requestType: string; payload: SealedContent }>

/** How Windows is erased; absent is `doWipeProtected`, which goes on after a loss of power and may leave odd hardware unable to start. */
export type WipeType = 'doWipe' | 'doWipeProtected'

/** How a Mac is erased when it cannot be done the quick way. */
export type Obliteration = 'Default' | 'DoNotObliterate' | 'ObliterateWithWarning' | 'Always'
