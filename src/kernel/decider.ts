import type { AnyCommand, AnyEvent, Happened, OfType } from './event.ts'

/**
 * The rules of one kind of stream. `decide` answers a command with what follows, `[]` when it is already so, or throws a `Rejection`.
 * `evolve` trusts history: no checks, no throw.
 */
export type Decider<C extends AnyCommand, E extends AnyEvent, S> = Readonly<{
  category: string
  initial: S
  decide: (command: C, state: S) => readonly E[]
  evolve: (state: S, event: Happened<E>) => S
  /** The hosts that an event of stream `id` concerns; recorded in its metadata. */
  concerns?: (id: string, event: E) => readonly string[]
}>

/** One function per command name; a missing one does not compile. */
export type DecideTable<C extends AnyCommand, E extends AnyEvent, S> = Readonly<{
  [T in C['type']]: (command: Extract<C, { type: T }>, state: S) => readonly E[]
}>

/** One function per event name; a missing one does not compile. */
export type EvolveTable<E extends AnyEvent, S> = Readonly<{ [T in E['type']]: (state: S, event: Happened<OfType<E, T>>) => S }>

/** Turns a table of deciding functions into one. */
export const decideBy =
  <C extends AnyCommand, E extends AnyEvent, S>(table: DecideTable<C, E, S>) =>
  (command: C, state: S): readonly E[] => {
    const decide = table[command.type as C['type']] as (command: C, state: S) => readonly E[]
    return decide(command, state)
  }

/** Turns a table of evolving functions into one; an event that the table does not know leaves the state as it is. */
export const evolveBy =
  <E extends AnyEvent, S>(table: EvolveTable<E, S>) =>
  (state: S, event: Happened<AnyEvent>): S => {
    const evolve = (table as unknown as Readonly<Record<string, ((state: S, event: Happened<AnyEvent>) => S) | undefined>>)[
      event.type
    ]
    return evolve === undefined ? state : evolve(state, event)
  }
