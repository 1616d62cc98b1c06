import type { Recorded } from '../../kernel/event.ts'
import type { Told } from '../host/told.ts'

/** One event of an explanation, in plain words. */
export type Link = Told & Readonly<{ event: Recorded }>

/** What lists of a host's profiles show; `absent` when they show nothing. */
export type ProfileStatus = 'pending' | 'verifying' | 'verified' | 'failed' | 'absent'

export type CommandStatus = 'queued' | 'sent' | 'deferred' | 'acknowledged' | 'failed' | 'malformed' | 'cancelled'

/** How something stands, in one plain sentence. `operation` is null for what the host neither has nor is to have, and for commands. */
export type Verdict<S = ProfileStatus | CommandStatus> = Readonly<{
  status: S
  operation: 'install' | 'remove' | null
  sentence: string
}>

/** How something stands, and why: the events that led to it, oldest first. `leftOut` of them were not told, for there were too many. */
export type Explanation<S = ProfileStatus | CommandStatus> = Readonly<{
  verdict: Verdict<S>
  name: string
  chain: readonly Link[]
  leftOut: number
}>

/** What no event tells: when the host was last heard of and woken (ISO 8601; null: never), and whether it can be woken at all. */
export type Circumstances = Readonly<{ seenAt: string | null; pushedAt: string | null; canBeWoken: boolean }>
