import type { Channel, Platform } from '../platforms.ts'
import type { Sealed } from '../../kernel/content.ts'
import type { EnrollmentKind, HostFacts } from './events.ts'

export type EnrollmentCommand =
  | {
      type: 'Authenticate'
      data: {
        hardwareId: string
        enrollmentId: string
        kind: EnrollmentKind
        platform: Platform
        facts: HostFacts
        topic: string
        certificate: string
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
        awaitingConfiguration: boolean
        user: { shortName: string; longName: string } | null
        unlockToken: { fingerprint: string; sealed: Sealed } | null
      }
    }
  | { type: 'DescribeHost'; data: { facts: HostFacts } }
  | { type: 'EndEnrollment'; data: { because: 'checked-out' } }
  /** `since` (ISO 8601) is when the push service found the token dead: a token that came later lives. */
  | { type: 'EndEnrollment'; data: { because: 'push-token-unregistered'; since: string } }
