import type { Channel, Platform } from '../platforms.ts'
import type { Sealed } from '../../kernel/content.ts'
import type { EnrollmentKind, FactSource, HostFacts, WindowsEnrolled } from './events.ts'
import type { EnrollmentTerms } from './terms.ts'

/** The certificate that a device shows, with what is known of it: its end (ISO 8601) and the terms that it was asked for with. */
export type Identity = Readonly<{ certificate: string; notAfter: string | null; terms: EnrollmentTerms | null }>

export type EnrollmentCommand =
  | EnrollWindows
  /** Another host enrolled with the hardware hash of this one. */
  | { type: 'NoteHardwareCollision'; data: { hardwareHash: string; with: string } }
  | {
      type: 'Authenticate'
      data: {
        hardwareId: string
        enrollmentId: string
        kind: EnrollmentKind
        platform: Platform
        facts: HostFacts
        topic: string
        identity: Identity
        /** Told by another server's records, not by the device. */
        imported?: boolean
      }
    }
  | {
      type: 'UpdateToken'
      data: {
        channel: Channel
        enrollmentId: string
        topic: string
        tokenFingerprint: string
        push: Sealed
        /** Null: not said. */
        awaitingConfiguration: boolean | null
        user: { shortName: string; longName: string } | null
        unlockToken: { fingerprint: string; sealed: Sealed } | null
        identity: Identity
        /** Told by another server's records: it opens a channel, and takes nothing from one that is open. */
        imported?: boolean
      }
    }
  /** A Windows device told the address at which it can be pushed to. */
  | { type: 'NotePushAddress'; data: { topic: string; tokenFingerprint: string; push: Sealed } }
  /** A certificate that followed the one before it through the authority alone. */
  | { type: 'ReplaceIdentity'; data: { identity: Identity } }
  /** When the certificate ends, as it says itself; `notAfter` in ISO 8601. */
  | { type: 'NoteIdentityEnd'; data: { certificate: string; notAfter: string } }
  | { type: 'DescribeHost'; data: { facts: HostFacts; source: FactSource } }
  | { type: 'CloseChannel'; data: { channel: Channel; because: 'push-token-unregistered'; since: string } }
  /** Asks the host to take its enrollment profile away. `deadline` is ISO 8601. */
  | { type: 'RequestUnenrollment'; data: { commandId: string; identifier: string; deadline: string } }
  /** What the push service said of a push to a channel; `refused` null: it took it. */
  | { type: 'NotePush'; data: { channel: Channel; refused: string | null } }
  /** Lets a host that an admin sent away come back by its agent. */
  | { type: 'ReadmitHost'; data: Readonly<Record<string, never>> }
  | { type: 'EndEnrollment'; data: { because: 'checked-out' } }
  /** `since` (ISO 8601) is when the push service found the token dead: a token that came later lives. */
  | { type: 'EndEnrollment'; data: { because: 'push-token-unregistered'; since: string } }

/**
 * `identity` is the certificate that the device was given: fingerprint, and end in ISO 8601. `teamId` counts for a host that is new. `sharedWith` is
 * another host with the same hardware hash; null: there is none.
 */
export type EnrollWindows = {
  type: 'EnrollWindows'
  data: WindowsEnrolled & {
    hardwareId: string
    facts: HostFacts
    teamId: string
    identity: { certificate: string; notAfter: string }
    sharedWith: string | null
  }
}
