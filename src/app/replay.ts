import type { Decider } from '../kernel/decider.ts'
import type { AnyCommand, AnyEvent, Recorded } from '../kernel/event.ts'
import { streamOf } from '../kernel/ids.ts'
import type { EventLog } from './ports.ts'

/** A stream as it stood: its state, and the events that led to it. */
export type Replayed<E extends AnyEvent, S> = Readonly<{ state: S; events: readonly Recorded<E>[]; next: Recorded<E> | null }>

/** How many events are read at a time. */
const pageSize = 500

/**
 * Folds a stream from its beginning, up to and without the first event that `belongs` says no to (`next`; null when there is none).
 * Throws `LogUnavailable`.
 */
export const replay = async <C extends AnyCommand, E extends AnyEvent, S>(
  log: Pick<EventLog, 'readStream'>,
  decider: Decider<C, E, S>,
  { id, belongs }: Readonly<{ id: string; belongs: (event: Recorded) => boolean }>,
): Promise<Replayed<E, S>> => {
  const events: Recorded<E>[] = []
  for (let from = 0; ; from += pageSize) {
    const page = (await log.readStream(streamOf(decider.category, id), { from, limit: pageSize })) as readonly Recorded<E>[]
    const end = page.findIndex((event) => !belongs(event))
    events.push(...(end === -1 ? page : page.slice(0, end)))
    if (end !== -1 || page.length < pageSize) {
      const state = events.reduce((before, event) => decider.evolve(before, event), decider.initial)
      return { state, events, next: page[end] ?? null }
    }
  }
}
