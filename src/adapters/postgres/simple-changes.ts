import type { AnyEvent, Recorded } from '../../kernel/event.ts'
import type { Projection } from '../../kernel/projection.ts'
import type { AnyChange, Folded } from './changes.ts'
import { foldChanges } from './changes.ts'

/** A projection of one table, whichever its events and rows. */
export type SimpleProjection = Projection<AnyEvent, never>

type On = Readonly<Record<string, ((event: Recorded) => AnyChange | readonly AnyChange[]) | undefined>>

/** What a batch comes to in a projection's table. Throws what the projection throws, and the `Error`s of `foldChanges`. */
export const foldEvents = (projection: SimpleProjection, events: readonly Recorded[]): Folded => {
  const on = projection.on as unknown as On
  return foldChanges(projection.key, changesOf(on, events))
}

function* changesOf(on: On, events: readonly Recorded[]) {
  for (const event of wantedBy(on, events)) {
    const changes = on[event.type]?.(event)
    if (changes === undefined) continue
    for (const change of Array.isArray(changes) ? (changes as readonly AnyChange[]) : [changes as AnyChange])
      yield { position: event.position, change }
  }
}

/** The events that a projection knows, in order. Of a batch for all projections, each looks only at its own: most know few types. */
const wantedBy = (on: On, events: readonly Recorded[]): readonly Recorded[] => {
  const wanted = [...placesByType(events)].flatMap(([type, places]) => (Object.hasOwn(on, type) ? [places] : []))
  const places = wanted.length === 1 ? (wanted[0] ?? []) : wanted.flat().sort((one, other) => one - other)
  return places.flatMap((place) => events[place] ?? [])
}

const places = new WeakMap<readonly Recorded[], ReadonlyMap<string, readonly number[]>>()

/** Where in a batch each type stands. A batch never changes, and is asked about once for each projection. */
const placesByType = (events: readonly Recorded[]): ReadonlyMap<string, readonly number[]> => {
  const known = places.get(events)
  if (known !== undefined) return known
  const found = new Map<string, number[]>()
  for (const [place, { type }] of events.entries()) {
    const same = found.get(type)
    if (same === undefined) found.set(type, [place])
    else same.push(place)
  }
  places.set(events, found)
  return found
}

/** The order in which all who write several read models take them, so that they do not wait for each other in a ring. */
export const byName = (one: Readonly<{ name: string }>, other: Readonly<{ name: string }>): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : 0
