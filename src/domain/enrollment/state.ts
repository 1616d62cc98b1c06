import type { Channel, Platform } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { EndReason, EnrollmentKind, HostFacts } from './events.ts'
import type { EnrollmentTerms } from './terms.ts'

export type OpenChannel = Readonly<{
  enrollmentId: string
  tokenFingerprint: string
  tokenSince: string
  /** Why the push service does not take pushes to it. Absent: it does, as far as is known. */
  pushRefused?: string
}>

/** Where a host stands: `started` after Authenticate, `enrolled` once its device channel has a push token. */
export type Enrollment = Readonly<{
  stage: 'never' | 'started' | 'enrolled' | 'ended'
  epoch: number
  kind: EnrollmentKind
  hardwareId: string | null
  platform: Platform
  facts: HostFacts
  enrollmentId: string | null
  topic: string | null
  /** The identity certificate in use. */
  certificate: string | null
  /** When it ends, ISO 8601; null: not known. */
  notAfter: string | null
  /** Certificates of this host before, the latest last. */
  pastCertificates: readonly string[]
  /** The certificate of an Authenticate that may have begun an enrollment anew; its token will tell. */
  authenticatedAgain: string | null
  terms: EnrollmentTerms | null
  channels: Readonly<Record<Channel, OpenChannel>>
  enrolledAt: string | null
  /** The host stands in its setup assistant and waits to be released. */
  awaitingConfiguration: boolean
  /** The command that asks the host to leave. */
  unenrollment: string | null
  endedBecause: EndReason | null
  /** An admin ended it, and no agent is to enroll the host again until one says otherwise. */
  sentAway: boolean
}>

/** Rejects unless the device channel of the host is open. */
export const mustBeEnrolled = (now: Enrollment): void => {
  if (now.stage !== 'enrolled') reject('not-enrolled', 'This host is not enrolled.')
}

/** An admin asked the host to leave, and its enrollment counts as ended: it is to remove its profile. */
export const wasSentAway = ({ stage, endedBecause }: Enrollment): boolean =>
  stage === 'ended' && endedBecause !== null && sendsAway.has(endedBecause)

const sendsAway: ReadonlySet<EndReason> = new Set(['unenrolled', 'unenrollment-unanswered', 'forgotten'])

/**
 * Whether settings for a user find their way: by a user channel, or on Windows by the device's own sessions, in which its user's settings go along
 * while that user is signed in.
 */
export const reachesUsers = (now: Enrollment): boolean => now.platform === 'windows' || userChannelOf(now) !== null

/** The user channel that settings for a user go to, if one is open. */
export const userChannelOf = (now: Enrollment): Channel | null =>
  Object.keys(now.channels).find((channel) => channel !== deviceChannel) ?? null
