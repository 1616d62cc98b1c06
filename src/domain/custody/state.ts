import type { Sealed } from '../../kernel/content.ts'
import type { LockMeans } from './events.ts'

/** A PIN on its way to a host or in force on it. */
export type Pin = Readonly<{ commandId: string; sealed: Sealed }>

export type Custody = Readonly<{
  status: 'unlocked' | 'locked' | 'wiped'
  /** What was asked for and is not answered yet. */
  pending: Readonly<{ action: 'lock' | 'unlock' | 'wipe'; commandId: string | null }> | null
  means: LockMeans | null
  pin: Pin | null
}>
