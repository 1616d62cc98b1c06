import type { Recent } from '../../kernel/recent.ts'
import type { Channel } from '../platforms.ts'
import type { HoldReason } from './events.ts'
import type { Request } from './requests.ts'

export type WaitingCommand = Readonly<{
  channel: Channel
  request: Request
  /** Higher goes first. */
  priority: number
  /** How often it was handed out, and when last. */
  sends: number
  sentAt: string | null
  deferrals: number
  deferredAt: string | null
  deadline: string | null
  /** The first major version of the host's system that does not take it any more; null: none is known. */
  until: number | null
  /** Why it stayed behind when its host last called; absent: it did not. */
  held?: HoldReason
}>

/** `settled` remembers the latest commands that are over, so that a repeated answer is known for what it is. */
export type Commands = Readonly<{
  /** In the order in which they were queued. */
  waiting: ReadonlyMap<string, WaitingCommand>
  settled: Recent<'answered' | 'cancelled' | 'unknown'>
  /** How many commands were ever queued; the ids of new ones derive from it. */
  queued: number
}>
