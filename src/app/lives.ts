import type { AnyEvent, Position, Recorded } from '../kernel/event.ts'
import { streamOf } from '../kernel/ids.ts'
import { leastRecentlyUsed } from '../kernel/least-recently-used.ts'
import type { Moment } from './moment.ts'
import { belongs } from './moment.ts'
import type { EventLog } from './ports.ts'
import type { Fold } from './replay.ts'
import { evolvedOrSame } from './replay.ts'

/** What was known of something from one of its events on. */
export type Known<F> = Readonly<{ facts: F; events: number; position: Position; revision: number; at: string }>

/** What was known at a moment (null: it was not there yet), and what came after (null: nothing yet). */
export type LookedUp<F> = Readonly<{ was: Known<F> | null; next: Known<F> | null }>

/** How many events are read at a time: some carry whole files. */
const pageSize = 100
/** Longer lives are read anew each time. */
const longestKept = 1_000

/**
 * Looks up what short streams said at a moment: teams, labels, settings, which are asked for by the dozen. All that a stream ever said is kept in
 * memory, for `capacity` streams, so keep the facts small; a moment before its last event costs no reading.
 */
export const lives = <E extends AnyEvent, F>(log: Pick<EventLog, 'readStream'>, fold: Fold<E, F>, capacity = 5_000) => {
  const kept = leastRecentlyUsed<readonly Known<F>[]>(capacity)

  return async (id: string, moment: Moment): Promise<LookedUp<F>> => {
    const stream = streamOf(fold.category, id)
    const life = [...(kept.get(stream) ?? [])]
    for (let more = life.every((known) => belongs(moment, known)); more;) {
      const page = (await log.readStream(stream, { from: life.length, limit: pageSize })) as readonly Recorded<E>[]
      for (const event of page) life.push(after(fold, life, event))
      more = page.length === pageSize && page.every((event) => belongs(moment, event))
    }
    if (life.length > 0 && life.length <= longestKept) kept.set(stream, life)
    const end = life.findIndex((known) => !belongs(moment, known))
    return { was: life[(end === -1 ? life.length : end) - 1] ?? null, next: life[end] ?? null }
  }
}

const after = <E extends AnyEvent, F>(fold: Fold<E, F>, life: readonly Known<F>[], event: Recorded<E>): Known<F> => {
  const { position, revision, at } = event
  return {
    facts: evolvedOrSame(fold, life.at(-1)?.facts ?? fold.initial, event),
    events: life.length + 1,
    position,
    revision,
    at,
  }
}
