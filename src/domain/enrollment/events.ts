import type { Channel, Platform } from '../platforms.ts'
import type { Sealed } from '../../kernel/content.ts'

/** What a device tells of itself; absent facts were not told. */
export type HostFacts = Readonly<{
  serial?: string
  name?: string
  model?: string
  productName?: string
  osVersion?: string
  buildVersion?: string
}>

/** Personal enrollments tell no hardware ids; `hardwareId` is then the enrollment id. */
export type EnrollmentKind = 'device' | 'user-enrollment'

export type EnrollmentEvent =
  | { type: 'HostDiscovered'; data: { source: 'apple'; hardwareId: string; platform: Platform; facts: HostFacts } }
  | { type: 'HostDescribed'; data: { facts: HostFacts; source: 'authenticate' | 'device-information' } }
  | {
      type: 'EnrollmentStarted'
      data: {
        epoch: number
        enrollmentId: string
        kind: EnrollmentKind
        topic: string
        /** SHA-256 of the identity certificate, lower-case hex. */
        certificate: string
        because: 'first-enrollment' | 'enrolled-again'
      }
    }
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
  | { type: 'UnlockTokenEscrowed'; data: { fingerprint: string; sealed: Sealed } }
  | { type: 'EnrollmentEnded'; data: { because: 'checked-out' | 'push-token-unregistered' } }
