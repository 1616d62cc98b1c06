import type { Decider } from '../kernel/decider.ts'
import type { AnyCommand, AnyEvent, Cause, Metadata, Position, Recorded } from '../kernel/event.ts'
import { derivedId, streamOf } from '../kernel/ids.ts'
import { Rejection } from '../kernel/rejection.ts'
import { leastRecentlyUsed } from '../kernel/least-recently-used.ts'
import type { Clock, EventLog, NewEvent } from './ports.ts'
import { RevisionConflict, UnreadableEvent } from './ports.ts'
import type { Snapshots } from './snapshot-ports.ts'

/** What a command led to: its events (none when it was already so) and the state after them. */
export type Executed<E extends AnyEvent, S> = Readonly<{
  events: readonly Recorded<E>[]
  /** Where the last event stands; null when there was nothing to append. */
  position: Position | null
  state: S
}>

export type Loaded<S> = Readonly<{ state: S; revision: number }>

/**
 * Decides a command on a stream and appends what follows. Several commands are one decision: each sees what the ones before it led to, and all is
 * appended together, or nothing. Throws `Rejection`, `LogUnavailable`, `AppendTooLarge`.
 */
export type Execute = <C extends AnyCommand, E extends AnyEvent, S>(
  decider: Decider<C, E, S>,
  id: string,
  command: NoInfer<C> | readonly NoInfer<C>[],
  cause: Cause,
) => Promise<Executed<E, S>>

/** A stream's state now, read from the log. Revision -1: it has no events. */
export type Load = <C extends AnyCommand, E extends AnyEvent, S>(decider: Decider<C, E, S>, id: string) => Promise<Loaded<S>>

/** How often a decision is taken anew because the stream moved on meanwhile. */
const maxConflicts = 12

/** A stream of more events is long: its state is looked for among the snapshots, and kept there when so many had to be read beyond. */
export const longStream = 200

export type ExecutorOptions = Readonly<{
  /** How many states are kept in memory. */
  memory?: number
  snapshots?: Snapshots
}>

/**
 * Makes `execute` and `load` over a log. States of recently used streams are kept in memory; a stale one costs a conflict and a read of the
 * tail, never a wrong decision: "nothing to do" and "no" are only believed of a state that was just read.
 */
export const executor = (
  log: EventLog,
  clock: Clock,
  { memory = 20_000, snapshots }: ExecutorOptions = {},
): Readonly<{ execute: Execute; load: Load }> => {
  const states = leastRecentlyUsed<Loaded<unknown>>(memory)

  const refresh = async <C extends AnyCommand, E extends AnyEvent, S>(
    decider: Decider<C, E, S>,
    stream: string,
  ): Promise<Loaded<S>> => {
    const known = states.get(stream) as Loaded<S> | undefined
    const loaded =
      known === undefined
        ? await readWhole(decider, stream)
        : after(decider, known, await log.readStream(stream, { from: known.revision + 1 }))
    states.set(stream, loaded)
    return loaded
  }

  const after = <E extends AnyEvent, S>(
    decider: Pick<Decider<never, E, S>, 'evolve' | 'category'>,
    known: Loaded<S>,
    tail: readonly Recorded[],
  ): Loaded<S> => ({
    state: tail.reduce(
      (before, event) => evolved(decider, before, event as Recorded<E>, streamOf(decider.category, event.id)),
      known.state,
    ),
    revision: tail.at(-1)?.revision ?? known.revision,
  })

  const readWhole = async <C extends AnyCommand, E extends AnyEvent, S>(
    decider: Decider<C, E, S>,
    stream: string,
  ): Promise<Loaded<S>> => {
    const nothing = { state: decider.initial, revision: -1 }
    if (snapshots === undefined) return after(decider, nothing, await log.readStream(stream))
    const beginning = await log.readStream(stream, { limit: longStream })
    if (beginning.length < longStream) return after(decider, nothing, beginning)
    const found = await snapshots.find(stream)
    if (found !== null) {
      // Its own event comes along: another log, or an older one, has another there, or none.
      const [own, ...tail] = await log.readStream(stream, { from: found.revision })
      if (own?.eventId === found.eventId)
        return kept(stream, tail, after(decider, { state: found.state as S, revision: found.revision }, tail))
    }
    const start = after(decider, nothing, beginning)
    const rest = await log.readStream(stream, { from: start.revision + 1 })
    return kept(stream, [...beginning, ...rest], after(decider, start, rest))
  }

  /** Beside, when much had to be read. */
  const kept = <S>(stream: string, read: readonly Recorded[], loaded: Loaded<S>): Loaded<S> => {
    const last = read.at(-1)
    if (last !== undefined && read.length >= longStream)
      void snapshots?.keep(stream, { revision: loaded.revision, eventId: last.eventId, state: loaded.state })
    return loaded
  }

  const execute: Execute = async <C extends AnyCommand, E extends AnyEvent, S>(
    decider: Decider<C, E, S>,
    id: string,
    command: NoInfer<C> | readonly NoInfer<C>[],
    cause: Cause,
  ): Promise<Executed<E, S>> => {
    const stream = streamOf(decider.category, id)
    const remembered = states.get(stream) as Loaded<S> | undefined
    let fresh = remembered === undefined
    let now = remembered ?? (await refresh(decider, stream))
    for (let conflicts = 0; ;) {
      const at = clock().toISOString()
      const decided = tryDecide(decider, command, { state: now.state, at })
      if (!fresh && (decided instanceof Rejection || decided.length === 0)) {
        now = await refresh(decider, stream)
        fresh = true
        continue
      }
      if (decided instanceof Rejection) throw decided
      if (decided.length === 0) return { events: [], position: null, state: now.state }
      const events = decided.map((event, index) =>
        envelope(decider, { stream, id, revision: now.revision, index, at }, event, cause),
      )
      try {
        const { revision, position } = await log.append(stream, events, now.revision === -1 ? 'no_stream' : now.revision)
        const first = revision - events.length + 1
        const recorded = events.map((event, index): Recorded<E> => {
          const { metadata, ...rest } = event
          return {
            ...rest,
            id,
            category: decider.category,
            revision: first + index,
            position,
            at,
            metadata,
          } as unknown as Recorded<E>
        })
        const state = recorded.reduce((before, event) => decider.evolve(before, event), now.state)
        states.set(stream, { state, revision })
        return { events: recorded, position, state }
      } catch (error) {
        if (!(error instanceof RevisionConflict)) states.delete(stream)
        if (!(error instanceof RevisionConflict) || ++conflicts >= maxConflicts) throw error
        now = await refresh(decider, stream)
        fresh = true
      }
    }
  }

  return { execute, load: (decider, id) => refresh(decider, streamOf(decider.category, id)) }
}

/** Nothing is decided on a state that an event is missing from. */
const evolved = <E extends AnyEvent, S>(
  { evolve }: Pick<Decider<never, E, S>, 'evolve'>,
  before: S,
  event: Recorded<E>,
  stream: string,
): S => {
  try {
    return evolve(before, event)
  } catch (error) {
    throw new UnreadableEvent(stream, event, error)
  }
}

const tryDecide = <C extends AnyCommand, E extends AnyEvent, S>(
  decider: Decider<C, E, S>,
  command: C | readonly C[],
  from: Readonly<{ state: S; at: string }>,
): readonly E[] | Rejection => {
  try {
    return decideInTurn(decider, command, from)
  } catch (error) {
    if (error instanceof Rejection) return error
    throw error
  }
}

/** What a command leads to; of several, each is decided on what the ones before it led to. */
export const decideInTurn = <C extends AnyCommand, E extends AnyEvent, S>(
  { decide, evolve }: Pick<Decider<C, E, S>, 'decide' | 'evolve'>,
  command: C | readonly C[],
  { state, at }: Readonly<{ state: S; at: string }>,
): readonly E[] => {
  if ('type' in command) return decide(command, state)
  const all: E[] = []
  let now = state
  for (const one of command) {
    const events = decide(one, now)
    all.push(...events)
    now = events.reduce((before, event) => evolve(before, { ...event, at }), now)
  }
  return all
}

type Place = Readonly<{ stream: string; id: string; revision: number; index: number; at: string }>

/** What stands beside an event of the stream `id`: what led to it, who did it, when (ISO 8601), and which hosts it concerns. */
export const metadataOf = <E extends AnyEvent>(
  decider: Pick<Decider<never, E, never>, 'concerns'>,
  id: string,
  event: E,
  { cause, at }: Readonly<{ cause: Cause; at: string }>,
): Metadata => ({
  $correlationId: cause.correlationId,
  $causationId: cause.causationId,
  actor: cause.actor,
  at,
  hostIds: decider.concerns?.(id, event) ?? [],
})

const envelope = <E extends AnyEvent>(
  decider: Pick<Decider<never, E, never>, 'concerns'>,
  { stream, id, revision, index, at }: Place,
  event: E,
  cause: Cause,
): NewEvent => {
  // With what it says, or a second attempt that decides otherwise at the same revision would pass for the first.
  const eventId = derivedId(
    `${cause.id}/${stream}/${String(revision)}/${String(index)}/${event.type}/${JSON.stringify(event.data)}`,
  )
  return { type: event.type, data: event.data, eventId, metadata: metadataOf(decider, id, event, { cause, at }) }
}
