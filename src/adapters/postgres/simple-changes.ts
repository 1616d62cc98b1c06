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
  for (const event of events) {
    const changes = Object.hasOwn(on, event.type) ? on[event.type]?.(event) : undefined
    if (changes === undefined) continue
    for (const change of Array.isArray(changes) ? (changes as readonly AnyChange[]) : [changes as AnyChange])
      yield { position: event.position, change }
  }
}

/** The order in which all who write several read models take them, so that they do not wait for each other in a ring. */
export const byName = (one: Readonly<{ name: string }>, other: Readonly<{ name: string }>): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : 0
