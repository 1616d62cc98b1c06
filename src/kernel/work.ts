import type { AnyEvent, OfType, Recorded } from './event.ts'

/**
 * Something to be done because of an event: a durable row, one per (kind, key). Told again before it is done, it is done once more.
 * `dueAt` (ISO 8601) makes it a deadline.
 */
export type Work = Readonly<{ kind: string; key: string; dueAt?: string }>

/** "Whenever X, then Y", as data. */
export type WorkTable<E extends AnyEvent> = Readonly<{ [T in E['type']]?: (event: Recorded<OfType<E, T>>) => readonly Work[] }>
