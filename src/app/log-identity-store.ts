import type { Position } from '../kernel/event.ts'
import type { EventLog } from './ports.ts'
import { LogUnavailable } from './ports.ts'

/** One event of the log, by everything that tells it from another: where it stands and which it is. */
export type LogMark = Readonly<{ stream: string; revision: number; eventId: string; position: Position; at: string }>

/** What tells a log from another: its first event, and the last one that was projected. */
export type LogIdentity = Readonly<{ first: LogMark; last: LogMark }>

/** What this server remembers of its log, beside the read models. */
export type LogIdentityStore = Readonly<{
  /** Null before the first event. */
  known: () => Promise<LogIdentity | null>
  /** Where the read model stands that has come farthest; null when there is none, or none has begun. */
  farthest: () => Promise<Position | null>
  /** True when there is a key of the server itself, with which it sealed what its log holds. */
  holdsServerKey: () => Promise<boolean>
  /** Remembers a log of which nothing was known. */
  remember: (identity: LogIdentity) => Promise<void>
  /** Forgets the log and all that was derived from it, so that all is derived anew: read models, the audit chain, cursors. */
  forget: () => Promise<void>
}>

/** The parts of a log that are needed to know it again. */
export type ReadableLog = Pick<EventLog, 'readStream' | 'readAll' | 'last'>

/** Throws `AnotherLog` when a log is not the one that this server's read models were filled from. */
export type Admit = (log: ReadableLog) => Promise<void>

/** The log is not this server's. Nothing is served from it, as if it were away. */
export class AnotherLog extends LogUnavailable {
  override readonly name: string = 'AnotherLog'
}
