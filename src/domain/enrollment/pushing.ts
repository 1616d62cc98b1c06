import type { Channel } from '../platforms.ts'
import type { EnrollmentEvent } from './events.ts'
import type { Enrollment, OpenChannel } from './state.ts'

/** What the push service said of a push to a channel, told once; `refused` null: it took it. */
export const notePush = (
  { channel, refused }: Readonly<{ channel: Channel; refused: string | null }>,
  now: Enrollment,
): readonly EnrollmentEvent[] => {
  const open = now.channels[channel]
  if (open === undefined || (open.pushRefused ?? null) === refused) return []
  return [
    refused === null ? { type: 'PushTaken', data: { channel } } : { type: 'PushRefused', data: { channel, reason: refused } },
  ]
}

/** The channels after that; one that has closed since stays closed. */
export const pushNoted = (channels: Enrollment['channels'], channel: Channel, refused: string | null): Enrollment['channels'] => {
  const open = channels[channel]
  if (open === undefined) return channels
  const { pushRefused: _, ...taken }: OpenChannel = open
  return { ...channels, [channel]: refused === null ? taken : { ...taken, pushRefused: refused } }
}
