import type { Channel, Platform } from '../platforms.ts'
import type { Sealed } from '../../kernel/content.ts'
import type { EnrollmentTerms } from './terms.ts'

/** What a device tells of itself; absent facts were not told. */
export type HostFacts = Readonly<{
  serial?: string
  name?: string
  model?: string
  productName?: string
  osVersion?: string
  buildVersion?: string
  /** `yes` or `no`. */
  supervised?: string
}>

export type FactSource = 'authenticate' | 'device-information' | 'status-report' | 'agent' | 'windows'

/** Personal enrollments tell no hardware ids; `hardwareId` is then the enrollment id. */
export type EnrollmentKind = 'device' | 'user-enrollment'

/**
 * How a Windows device enrolled: its id in this enrolment, the hash of its hardware, and who let it in. `credential` is what it proves itself
 * with in its sessions, sealed in the context `windows-credential`.
 */
export type WindowsEnrolled = Readonly<{
  deviceId: string
  hardwareHash: string
  enrollmentType: 'Full' | 'Device'
  by: 'agent' | 'account' | 'page'
  userName: string | null
  inSetup: boolean
  credential: Sealed
  /** Its user accepted the terms of use on the way. Absent: there were none, or nobody knows. */
  termsAccepted?: true
}>

export type EnrollmentEvent =
  | {
      type: 'HostDiscovered'
      data: { source: 'apple' | 'agent' | 'windows'; hardwareId: string; platform: Platform; facts: HostFacts }
    }
  | { type: 'HostDescribed'; data: { facts: HostFacts; source: FactSource } }
  | {
      type: 'EnrollmentStarted'
      data: {
        epoch: number
        enrollmentId: string
        kind: EnrollmentKind
        topic: string
        /** SHA-256 of the identity certificate, lower-case hex. */
        certificate: string
        /** When the identity certificate ends, ISO 8601; absent: not known. */
        notAfter?: string
        /** Absent: not known. */
        terms?: EnrollmentTerms
        because: EnrollmentReason
      }
    }
  /** A Windows device has its identity and its credentials: it is enrolled. */
  | { type: 'WindowsDeviceEnrolled'; data: WindowsEnrolled }
  /**
   * Another device has the same hardware hash: machines from one image that was not generalised, or one that got another name. `with` is the
   * other host, null when it enrolled as this very host before.
   */
  | {
      type: 'HardwareIdCollided'
      data: { hardwareHash: string; with: string | null; name: string | null; formerName: string | null }
    }
  /** Authenticate with a certificate that this host had before: its identity survived, so nothing is known to be lost. The token tells. */
  | { type: 'AuthenticatedAgain'; data: { certificate: string } }
  /** The host goes on under another certificate. No new epoch: all that it has, it keeps. */
  | { type: 'IdentityRenewed'; data: { from: string; to: string; notAfter: string | null; by: 'profile' | 'scep' | 'adoption' } }
  /** Another authority issued the host's identity certificate; when it ends (ISO 8601) was seen in its signature. */
  | { type: 'IdentityEndSeen'; data: { certificate: string; notAfter: string } }
  | {
      type: 'ChannelOpened'
      data: {
        channel: Channel
        enrollmentId: string
        topic: string
        /** SHA-256 over token and push magic: tells a change, reveals neither. */
        tokenFingerprint: string
        push: Sealed
        awaitingConfiguration: boolean
        user: { shortName: string; longName: string } | null
      }
    }
  | {
      type: 'PushTokenChanged'
      data: { channel: Channel; enrollmentId: string; topic: string; tokenFingerprint: string; push: Sealed }
    }
  /** The push service does not take pushes to the channel, for the reason that it gives; the enrollment stands. */
  | { type: 'PushRefused'; data: { channel: Channel; reason: string } }
  /** It takes them again. */
  | { type: 'PushTaken'; data: { channel: Channel } }
  /** The user can no longer be reached; the host goes on. */
  | { type: 'ChannelClosed'; data: { channel: Channel; because: 'push-token-unregistered' } }
  /** It waits in its setup assistant no longer. */
  | { type: 'HostReleased'; data: { because: 'released' | 'told' } }
  | { type: 'UnenrollmentRequested'; data: { commandId: string } }
  /** `asked`: an admin had asked for it, though it ended in another way. Absent: nobody had, or it ended just so. */
  | { type: 'EnrollmentEnded'; data: { because: EndReason; asked?: true } }
  /** An admin who had sent the host away lets its agent enroll it again. */
  | { type: 'HostReadmitted'; data: Readonly<Record<string, never>> }

/**
 * Why an epoch began. `authenticated-again`: Authenticate and a token, both with a certificate that it had before. `awaiting-configuration`: a
 * new token from its setup assistant, which only a host that lost everything sends. `token-came-back`: its push token had been thought dead.
 */
export type EnrollmentReason =
  'first-enrollment' | 'enrolled-again' | 'authenticated-again' | 'awaiting-configuration' | 'token-came-back' | 'imported'

export type EndReason = 'checked-out' | 'push-token-unregistered' | 'unenrolled' | 'unenrollment-unanswered' | 'forgotten'

/** Whether an admin ended it. */
export const endedByAdmin = ({ because, asked }: Readonly<{ because: EndReason; asked?: true }>): boolean =>
  asked === true || because === 'unenrolled' || because === 'unenrollment-unanswered'
