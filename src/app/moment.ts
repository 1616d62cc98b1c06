import type { Position, Recorded } from '../kernel/event.ts'

/**
 * A moment to look back to, with the text that asked for it: a time (ms since 1970), or a place in the log. What happened at that very time, or
 * stands at that very place, belongs to it.
 */
export type Moment = Readonly<{ text: string }> & (Readonly<{ until: number }> | Readonly<{ position: Position }>)

/** True when an event had happened by then. A stream is looked at up to its first event that had not. */
export const belongs = (moment: Moment, { at, position }: Pick<Recorded, 'at' | 'position'>): boolean =>
  'until' in moment ? Date.parse(at) <= moment.until : position <= moment.position
