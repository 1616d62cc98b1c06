import type { Recorded } from '../../kernel/event.ts'

/** Events of several streams as they happened: one log gives positions of one length, which order as text. */
export const inOrder = <E extends Recorded>(events: readonly E[]): readonly E[] =>
  events.toSorted((one, other) =>
    one.position === other.position ? one.revision - other.revision : one.position < other.position ? -1 : 1,
  )
