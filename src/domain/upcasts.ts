import type { Recorded } from '../kernel/event.ts'

/** Today's shape of an older one, by event type. A line stays as long as a log may hold the old shape: for ever. */
const table: Readonly<Record<string, (event: Recorded) => Recorded>> = {}

/** Turns an event as it was stored into today's shape. Nothing else knows that older shapes existed. */
export const upcasts = (event: Recorded): Recorded => table[event.type]?.(event) ?? event
