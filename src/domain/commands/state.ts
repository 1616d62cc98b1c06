import type { Recent } from '../../kernel/recent.ts'
import type { Channel } from '../platforms.ts'
import type { HoldReason } from './events.ts'
import type { Request } from './requests.ts'

export type WaitingCommand = Readonly<{
  channel: Channel
  request: Request
  /** How often it was handed out. */
  sends: number
  deferrals: number
  deadline: string | null
  /** Why it stayed behind when its host last called; absent: it did not. */
  held?: HoldReason
}>

/** `settled` remembers the latest commands that are over, so that a repeated answer is known for what it is. */
export type Commands = Readonly<{
  waiting: ReadonlyMap<string, WaitingCommand>
  settled: Recent<'answered' | 'cancelled' | 'unknown'>
  /** How many commands were ever queued; the ids of new ones derive from it. */
  queued: number
}>
