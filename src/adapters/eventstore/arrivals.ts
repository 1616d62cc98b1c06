import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { NoReply } from './outcomes.ts'

export type Arriving = Readonly<{
  /** The most objects of one batch. */
  most: number
  /** Ends the wait, without an error. */
  signal: AbortSignal
  /** Milliseconds of silence after which the call counts as lost: before the server confirms a subscription, or anywhere in a read. */
  silence: number
  of: 'read' | 'subscription'
}>

/**
 * What arrives on one of the client's streams, in batches of what is there: it waits for the first object, then takes along what has
 * arrived by now, never more than a few turns of the event loop. Reading stops while the consumer is busy, and so does the server.
 * Throws the stream's error after what came before it; ends when the stream ends or `signal` aborts.
 */
export async function* arrivals<T>(stream: Readable, { most, signal, silence, of }: Arriving): AsyncGenerator<readonly T[]> {
  const bell = doorbell()
  const seen = watch(stream, bell.ring)
  signal.addEventListener('abort', bell.ring)
  try {
    while (!signal.aborted) {
      const batch = await gathered<T>(stream, most)
      if (batch.length > 0) {
        yield batch
        continue
      }
      if (seen.error !== undefined) throw seen.error
      if (seen.ended) return
      const mayBeSilent = of === 'subscription' && seen.confirmed
      if (!(await bell.rung(mayBeSilent ? undefined : silence))) {
        throw new NoReply(`EventStoreDB was silent for ${String(silence)} ms.`)
      }
    }
  } finally {
    signal.removeEventListener('abort', bell.ring)
  }
}

/**
 * Notes how a stream fares, as long as it lives: a late error without a listener would end the process. The client only emits its errors
 * and does not destroy the stream, so that nothing else tells of them.
 */
const watch = (
  stream: Readable,
  changed: () => void,
): Readonly<{ error: Error | undefined; ended: boolean; confirmed: boolean }> => {
  const seen = { error: undefined as Error | undefined, ended: false, confirmed: false }
  stream.on('error', (error) => {
    seen.error ??= error
    changed()
  })
  for (const name of ['end', 'close']) {
    stream.on(name, () => {
      seen.ended = true
      changed()
    })
  }
  stream.on('confirmation', () => {
    seen.confirmed = true
    changed()
  })
  stream.on('readable', changed)
  return seen
}

/** The client hands over one message per turn; a few turns catch what the socket held. */
const gathered = async <T>(stream: Readable, most: number): Promise<readonly T[]> => {
  const batch: T[] = []
  while (batch.length < most) {
    const more = taken(stream, most - batch.length) as readonly T[]
    batch.push(...more)
    if (more.length === 0) break
    await nextTurn()
  }
  return batch
}

const taken = (stream: Readable, most: number): readonly unknown[] => {
  const items: unknown[] = []
  while (items.length < most) {
    const item = stream.read() as unknown
    if (item === null) break
    items.push(item)
  }
  return items
}

/** Remembers a ring that came while nobody waited. `rung` answers false when its time is over first. */
const doorbell = (): Readonly<{ ring: () => void; rung: (milliseconds: number | undefined) => Promise<boolean> }> => {
  let rang = false
  let answer: (() => void) | undefined
  return {
    ring: () => {
      rang = true
      answer?.()
    },
    rung: async (milliseconds) => {
      const heard = await new Promise<boolean>((resolve) => {
        if (rang) return resolve(true)
        const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds, false)
        answer = () => {
          clearTimeout(timer)
          resolve(true)
        }
      })
      rang = false
      answer = undefined
      return heard
    },
  }
}
