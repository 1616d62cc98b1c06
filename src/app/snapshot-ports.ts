/** A stream's state as it was after one of its events. */
export type Snapshot = Readonly<{ revision: number; eventId: string; state: unknown }>

/**
 * Where states of long streams are kept, so that they need not be read whole. Never truth: without them all is as it is, and takes longer. A snapshot
 * is found by none but the very rules that made it.
 */
export type Snapshots = Readonly<{
  /** The newest of a stream; null where there is none that can be read. Never rejects. */
  find: (stream: string) => Promise<Snapshot | null>
  /** Keeps one, unless it is too large, or a newer one is there. Never rejects. */
  keep: (stream: string, snapshot: Snapshot) => Promise<void>
}>
