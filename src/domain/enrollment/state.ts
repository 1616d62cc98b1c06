import type { Channel, Platform } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { HostFacts } from './events.ts'

export type OpenChannel = Readonly<{ enrollmentId: string; tokenFingerprint: string; tokenSince: string }>

/** Where a host stands: `started` after Authenticate, `enrolled` once its device channel has a push token. */
export type Enrollment = Readonly<{
  stage: 'never' | 'started' | 'enrolled' | 'ended'
  epoch: number
  hardwareId: string | null
  platform: Platform
  facts: HostFacts
  enrollmentId: string | null
  topic: string | null
  /** The identity certificate of this epoch. */
  certificate: string | null
  channels: Readonly<Record<Channel, OpenChannel>>
  enrolledAt: string | null
  unlockToken: string | null
}>

/** Rejects unless the device channel of the host is open. */
export const mustBeEnrolled = (now: Enrollment): void => {
  if (now.stage !== 'enrolled') reject('not-enrolled', 'This host is not enrolled.')
}

/** The user channel that settings for a user go to, if one is open. */
export const userChannelOf = (now: Enrollment): Channel | null =>
  Object.keys(now.channels).find((channel) => channel !== deviceChannel) ?? null
