import type { Decider } from '../kernel/decider.ts'
import type { AnyCommand, AnyEvent, Recorded } from '../kernel/event.ts'
import { streamOf } from '../kernel/ids.ts'
import { leastRecentlyUsed } from '../kernel/least-recently-used.ts'
import type { Moment } from './moment.ts'
import { belongs } from './moment.ts'
import type { Load, Loaded } from './execute.ts'
import type { EventLog } from './ports.ts'
import { UnreadableEvent } from './ports.ts'

/** What is remembered of a stream, from its first event on; any decider is one. */
export type Fold<E extends AnyEvent, S> = Readonly<{
  category: string
  initial: S
  evolve: (state: S, event: Recorded<E>) => S
  /** The same for many at once, where that is faster. */
  evolveAll?: (state: S, events: readonly Recorded<E>[]) => S
}>

/** A stream as it stood: its state, how many events led to it, the first and last of them, and the one that came after (null: none yet). */
export type Replayed<S> = Readonly<{
  state: S
  events: number
  first: Recorded | null
  last: Recorded | null
  next: Recorded | null
}>

/** Folds a stream up to a moment. An absent stream is one without events. Throws `LogUnavailable`. */
export type Replay<S> = (id: string, moment: Moment) => Promise<Replayed<S>>

/** `streams`: of how many streams states are kept, `states`: how many of each, `pageSize`: events read at a time, and between two states at first. */
export type ReplayMemory = Readonly<{ streams: number; states: number; pageSize: number }>

const usual: ReplayMemory = { streams: 64, states: 32, pageSize: 500 }

/**
 * Looks back into streams of one kind. States on the way are kept in memory, evenly spread and bounded, so that the next look back into the same
 * stream begins close to its moment: what has happened never changes.
 */
export const replayer = <E extends AnyEvent, S>(
  log: Pick<EventLog, 'readStream'>,
  fold: Fold<E, S>,
  { streams, states, pageSize }: ReplayMemory = usual,
): Replay<S> => {
  const memories = leastRecentlyUsed<Memory<S>>(streams)

  return async (id, moment) => {
    const stream = streamOf(fold.category, id)
    let memory = memories.get(stream) ?? { step: pageSize, kept: [] }
    let now = memory.kept.findLast((one) => isWithin(moment, one)) ?? { ...nothingYet, state: fold.initial }
    const answer = (next: Recorded | null): Replayed<S> => {
      if (memory.kept.length > 0) memories.set(stream, memory)
      const { state, events, first, last } = now
      return { state, events, first, last, next }
    }
    for (;;) {
      const page = (await log.readStream(stream, { from: now.events, limit: pageSize })) as readonly Recorded<E>[]
      const end = page.findIndex((event) => !belongs(moment, event))
      now = after(fold, now, end === -1 ? page : page.slice(0, end))
      if (end !== -1) return answer(page[end] ?? null)
      memory = remembering(memory, now, states)
      if (page.length < pageSize) return answer(null)
    }
  }
}

/** A state on the way; `latest` is the latest time that any of its events has, for clocks differ. */
type Kept<S> = Readonly<{ state: S; events: number; first: Recorded | null; last: Recorded | null; latest: number }>

/** `kept` are the states after `step` events, after twice as many, and so on. */
type Memory<S> = Readonly<{ step: number; kept: readonly Kept<S>[] }>

const nothingYet = { events: 0, first: null, last: null, latest: -Infinity }

const after = <E extends AnyEvent, S>(fold: Fold<E, S>, before: Kept<S>, events: readonly Recorded<E>[]): Kept<S> => ({
  state: stateAfter(fold, before.state, events),
  events: before.events + events.length,
  first: before.first ?? events[0] ?? null,
  last: events.at(-1) ?? before.last,
  latest: events.reduce((latest, { at }) => Math.max(latest, Date.parse(at)), before.latest),
})

/** Events that cannot be folded say nothing of the past, as read models pass over what they cannot take in. */
const stateAfter = <E extends AnyEvent, S>(fold: Fold<E, S>, before: S, events: readonly Recorded<E>[]): S => {
  try {
    if (fold.evolveAll !== undefined) return fold.evolveAll(before, events)
  } catch {
    // One of them cannot be folded; all others are.
  }
  return events.reduce((state, event) => evolvedOrSame(fold, state, event), before)
}

/** The state after an event; the state before it where it cannot be folded. */
export const evolvedOrSame = <E extends AnyEvent, S>({ evolve }: Pick<Fold<E, S>, 'evolve'>, state: S, event: Recorded<E>): S => {
  try {
    return evolve(state, event)
  } catch {
    return state
  }
}

/** A stream's state now, for showing it: an event that cannot be folded is passed over. */
export const shownState = async <C extends AnyCommand, E extends AnyEvent, S>(
  { load, log }: Readonly<{ load: Load; log: Pick<EventLog, 'readStream'> }>,
  decider: Decider<C, E, S>,
  id: string,
): Promise<Loaded<S>> => {
  try {
    return await load(decider, id)
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error
    const events = (await log.readStream(streamOf(decider.category, id))) as readonly Recorded<E>[]
    return { state: stateAfter(decider, decider.initial, events), revision: events.at(-1)?.revision ?? -1 }
  }
}

/** True when every event that led to the state had happened by then. */
const isWithin = (moment: Moment, { last, latest }: Kept<unknown>): boolean =>
  'until' in moment ? latest <= moment.until : last !== null && belongs(moment, last)

const remembering = <S>({ step, kept }: Memory<S>, now: Kept<S>, states: number): Memory<S> => {
  if (now.events !== step * (kept.length + 1)) return { step, kept }
  const all = [...kept, now]
  return all.length <= states ? { step, kept: all } : { step: step * 2, kept: all.filter((_, index) => index % 2 === 1) }
}
