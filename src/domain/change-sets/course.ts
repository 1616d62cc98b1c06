import type { Recorded } from '../../kernel/event.ts'

/** How one thing stood before a change set touched it, after that, and now; `later` is what others did to it since. */
export type Course<S> = Readonly<{ before: S; after: S; now: S; later: readonly Recorded[]; begun: boolean }>

/** A change set, and the one that undoes it, whose own events count for neither side. */
export type Undoing = Readonly<{ changeSet: string; undo: string }>

/**
 * Reads a thing's history against a change set; null when the change set is not in it. `remember` folds its events, and `counts` tells which of
 * them another intent may have made. `begun`: the undo has been here already.
 */
export const courseOf = <S>(
  events: readonly Recorded[],
  { changeSet, undo }: Undoing,
  {
    initial,
    remember,
    counts,
  }: Readonly<{ initial: S; remember: (state: S, event: Recorded) => S; counts: ReadonlySet<string> }>,
): Course<S> | null => {
  const isOf = (id: string) => (event: Recorded) => event.metadata.$correlationId === id && counts.has(event.type)
  const first = events.findIndex(isOf(changeSet))
  if (first === -1) return null
  const last = events.findLastIndex(isOf(changeSet))
  const fold = (some: readonly Recorded[]) => some.reduce(remember, initial)
  const since = events.slice(first)
  return {
    before: fold(events.slice(0, first)),
    after: fold(events.slice(0, last + 1)),
    now: fold(events),
    later: since.filter((event) => counts.has(event.type) && !isOf(changeSet)(event) && !isOf(undo)(event)),
    begun: since.some(isOf(undo)),
  }
}
