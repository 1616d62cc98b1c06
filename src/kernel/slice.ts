import type { DecideTable, EvolveTable } from './decider.ts'
import type { AnyCommand, AnyEvent, Happened } from './event.ts'

/**
 * One concern of a stream that has many: its own state, what it decides, how it remembers. `Sees` is what it may look at of the whole.
 * `Remembers` are the events that change its state, when these are more than those it decides.
 */
export type Slice<C extends AnyCommand, E extends AnyEvent, S, Sees, Remembers extends AnyEvent = E> = Readonly<{
  initial: S
  decide: DecideTable<C, E, Sees>
  evolve: EvolveTable<Remembers, S>
}>

/** Lets one slice remember one event of its stream; foreign events leave it untouched. */
export const evolveSlice = <S>(
  slice: Readonly<{ evolve: Readonly<Record<string, (state: never, event: never) => S>> }>,
  state: S,
  event: Happened<AnyEvent>,
): S => {
  const evolve = slice.evolve[event.type] as ((state: S, event: Happened<AnyEvent>) => S) | undefined
  return evolve === undefined ? state : evolve(state, event)
}
