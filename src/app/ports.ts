import type { Sealed } from '../kernel/content.ts'
import type { AnyEvent, Metadata, Position, Recorded } from '../kernel/event.ts'
import type { AnyProjection, Sql } from '../kernel/projection.ts'
import type { Query } from '../kernel/query.ts'

/** An event on its way into a stream. `eventId` is a UUID derived from the cause. */
export type NewEvent = AnyEvent & Readonly<{ eventId: string; metadata: Metadata }>

/** What a writer believes of a stream: its last revision (0 for one event), or that it has none. */
export type ExpectedRevision = number | 'no_stream'

/** Where an append ended: the last event's revision and position. */
export type Appended = Readonly<{ revision: number; position: Position }>

/** The stream moved on since it was read. Nothing was written. `actual` is -1 when the stream has no events. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict'
  readonly stream: string
  readonly expected: ExpectedRevision
  readonly actual: number

  constructor(stream: string, expected: ExpectedRevision, actual: number) {
    super(`Stream ${stream} is at revision ${String(actual)}, not at ${String(expected)}.`)
    this.stream = stream
    this.expected = expected
    this.actual = actual
  }
}

/** The log cannot be reached, or did not say whether it wrote. Repeat with the same event ids and the same expected revision. */
export class LogUnavailable extends Error {
  override readonly name: string = 'LogUnavailable'
}

/** The log's server does not let us in, or not as far as we must: nothing helps but another setting or right. The message says which. */
export class LogRefused extends LogUnavailable {
  override readonly name: string = 'LogRefused'
}

/** An append is larger than the engine takes (1 MiB for all its events together, as JSON). Nothing was written. */
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge'
}

/** The only truth. */
export type EventLog = Readonly<{
  /**
   * Appends all events or none, consecutive in the stream. Repeating an append that was made (same ids, same expected revision) answers
   * as the first time and writes nothing, for ever. There is no append that expects nothing: engines forget which of those they have seen.
   * Throws `RevisionConflict`, `AppendTooLarge`, `LogUnavailable`.
   */
  append: (stream: string, events: readonly NewEvent[], expected: ExpectedRevision) => Promise<Appended>
  /**
   * A stream's events, oldest first, from revision `from` (default 0), at most `limit` (default: all). Absent stream: none.
   * Throws `LogUnavailable`.
   */
  readStream: (stream: string, options?: Readonly<{ from?: number; limit?: number }>) => Promise<readonly Recorded[]>
  /** All streams' events in order, those strictly after `after`, at most `limit`. Throws `LogUnavailable`. */
  readAll: (options: Readonly<{ after: Position | null; limit: number }>) => Promise<readonly Recorded[]>
  /**
   * Batches of 1 to `maxBatch` events strictly after `after`, in order, then live ones as they come; each at least once. Survives the loss
   * of the server by resuming after what it last yielded. Ends only when `signal` aborts.
   */
  subscribe: (
    options: Readonly<{ after: Position | null; maxBatch?: number; signal: AbortSignal }>,
  ) => AsyncIterable<readonly Recorded[]>
  /** The last position in the log, null when it is empty. Throws `LogUnavailable`: also the health check. */
  head: () => Promise<Position | null>
  /** The event that stands there. Throws `LogUnavailable`. */
  last: () => Promise<Recorded | null>
  close: () => Promise<void>
}>

/**
 * Carries hints that work is waiting. A hint may be lost (a sweep repeats it), may come twice, and any number of hints of one name that
 * wait at the same time may become one.
 */
export type WorkQueue = Readonly<{
  /** Says that there is work of this name. Never throws when the queue is down: it answers false, and the sweep will tell again. */
  hint: (name: string) => Promise<boolean>
  /** Runs `handle` for each hint, at most one at a time per name in this process. A throw is retried with back-off, a few times. */
  listen: (names: readonly string[], handle: (name: string) => Promise<void>) => Promise<void>
  /** Makes `name` be hinted every `everyMs` by the queue itself. Safe to repeat; what the queue forgot comes back. */
  schedule: (name: string, everyMs: number) => Promise<void>
  /** True when the queue answers. */
  healthy: () => Promise<boolean>
  /** Lets running handlers finish, then lets go. */
  close: () => Promise<void>
}>

/** The read models' database, and the operational tables beside them. */
export type Database = Readonly<{
  read: <Row>(question: Query<Row>) => Promise<readonly Row[]>
  /** Runs `body` in one transaction. */
  transaction: <T>(body: (sql: Sql) => Promise<T>) => Promise<T>
  /**
   * Applies simple projections' changes for these events to the tables that questions see, in one round trip, guarded by position: for the
   * device path, where the next command is decided in the same request.
   */
  applyNow: (projections: readonly AnyProjection[], events: readonly Recorded[]) => Promise<void>
  /**
   * Runs `body` on a snapshot of the read models, in a transaction that is taken back whatever happens. It may make temporary tables, and must
   * write to no others. Two at a time. Throws `TookTooLong` past `limitMs`, and when no turn came within that time.
   */
  hypothetically: <T>(body: (sql: Sql) => Promise<T>, limitMs: number) => Promise<T>
  close: () => Promise<void>
}>

/** A stream holds an event that this version cannot make sense of: of a newer one, or of another application. Nothing is decided about it until it can. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent'

  constructor(stream: string, { revision, type }: Readonly<{ revision: number; type: string }>, cause: unknown) {
    super(`The event ${String(revision)} of ${stream} (${type}) cannot be read: nothing is decided about it until it can.`, {
      cause,
    })
  }
}

/** What was asked for could not be worked out within the time that it may take. Nothing was written. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong'
}

/** Keeps a data key per owner (a host, the server); destroying it erases everything sealed with it. */
export type Vault = Readonly<{
  /** `context` is authenticated with the secret: what is sealed for one purpose cannot be opened for another. */
  seal: (owner: string, context: string, secret: Uint8Array) => Promise<Sealed>
  /** Throws `SecretGone` when the key that sealed this was destroyed or the seal does not match. */
  open: (owner: string, context: string, sealed: Sealed) => Promise<Uint8Array>
  /**
   * Destroys the keys that the owner had before this was done the `times`th time (from 1); what is sealed later has a new key. Safe to repeat, even
   * when there is a new key already. Other processes may open with a destroyed key for a minute.
   */
  destroy: (owner: string, times: number) => Promise<void>
}>

export class SecretGone extends Error {
  override readonly name = 'SecretGone'
}

/**
 * What became of one push. `unregistered` carries when the token became invalid (ms since 1970); `id` is what the push service calls a push
 * whose target named one.
 */
export type PushOutcome =
  | Readonly<{ kind: 'sent'; id?: string }>
  | Readonly<{ kind: 'unregistered'; since: number }>
  | Readonly<{ kind: 'bad-token'; reason: string }>
  | Readonly<{ kind: 'certificate-refused'; reason: string }>
  | Readonly<{ kind: 'refused'; reason: string }>
  | Readonly<{ kind: 'try-later'; reason: string }>

/** `id` (a UUID in its canonical form) is for who wants to find the push again at the service; absent: the service makes one up. */
export type PushTarget = Readonly<{ topic: string; token: Uint8Array; magic: string; id?: string }>

/** Wakes devices. Never throws: every target gets an outcome, in order. At most a few hundred are in flight at once. */
export type Push = Readonly<{
  wake: (targets: readonly PushTarget[]) => Promise<readonly PushOutcome[]>
  close: () => Promise<void>
}>

/** The certificate and key that push needs, by topic; null when none was uploaded. */
export type PushCredentials = Readonly<{ topic: string; certificatePem: string; keyPem: string }>

export type Clock = () => Date

/** Structured log lines. Never given secrets. */
export type Log = Readonly<{
  info: (fields: object, message: string) => void
  warn: (fields: object, message: string) => void
  error: (fields: object, message: string) => void
}>
