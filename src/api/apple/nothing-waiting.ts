import { deviceChannel } from '../../domain/platforms.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import type { KinNews } from '../../app/kin-ports.ts'
import type { Recorded } from '../../kernel/event.ts'
import type { NothingWaiting } from './settings.ts'

/** How long the memory is believed without being asked again, ms: bounds what a lost leadership could cost. */
const believedMs = 30_000

/**
 * Remembers channels on which nothing waits. It may only be believed while this process applies every event to the read models itself, without
 * a break: `reign` numbers the times that it did, and is null while another does. `applied` is told of each batch after its transaction.
 */
export const nothingWaiting = (
  reign: () => number | null,
  capacity = 200_000,
): NothingWaiting & Readonly<{ applied: (events: KinNews['events']) => void }> => {
  const known = leastRecentlyUsed<Readonly<{ until: number; reign: number }>>(capacity)
  const happened = leastRecentlyUsed<number>(capacity)
  let clock = 0

  return {
    isKnown: (hostId, channel) => {
      const memory = known.get(`${hostId}/${channel}`)
      return memory?.reign === reign() && memory.until > Date.now()
    },
    asking: () => clock,
    remember: (hostId, channel, asked) => {
      const now = reign()
      if (now === null || (happened.get(hostId) ?? 0) > asked) return
      known.set(`${hostId}/${channel}`, { until: Date.now() + believedMs, reign: now })
    },
    applied: (events) => {
      clock++
      for (const event of events) {
        if (!concerns(event)) continue
        happened.set(event.id, clock)
        if (event.type !== 'CommandsQueued') {
          known.delete(`${event.id}/${deviceChannel}`)
          continue
        }
        for (const { channel } of (event.data as { commands: readonly { channel: string }[] }).commands)
          known.delete(`${event.id}/${channel}`)
      }
    },
  }
}

/** What other processes must hear of a batch to forget what is no longer so. */
export const concernsIdle = (events: readonly Recorded[]): KinNews['events'] =>
  events.filter(concerns).map(({ type, id, data }) => {
    if (type !== 'CommandsQueued') return { type, id, data: {} }
    const { commands } = data as Readonly<{ commands: readonly Readonly<{ channel: string }>[] }>
    return { type, id, data: { commands: commands.map(({ channel }) => ({ channel })) } }
  })

const concerns = ({ type }: Readonly<{ type: string }>): boolean => type === 'CommandsQueued' || deviceIsAnswered.has(type)

/** After these an idle device hears something else than that nothing waits, or is to be noted. */
const deviceIsAnswered: ReadonlySet<string> = new Set(['UnlockRequested', 'EnrollmentEnded', 'EnrollmentStarted'])
