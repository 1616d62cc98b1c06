import type { Sealed } from '../kernel/content.ts'

/** The two receivers that can be told: of what devices say, in NanoMDM's form, and of activities. */
export const webhookNames = ['devices', 'activities'] as const

export type WebhookName = (typeof webhookNames)[number]

/** How often a receiver failed with one delivery, since when, and when to try again (ISO 8601). */
export type Failing = Readonly<{ failures: number; since: string; retryAt: string }>

/**
 * Something to be told to another system, sealed for the owner `server` in the context `webhook`. It waits since `waitingSince` (ISO 8601); `failing`
 * is null while the receiver never failed with it.
 */
export type Delivery = Readonly<{ id: string; sealed: Sealed; waitingSince: string; failing: Failing | null }>

/** Why a delivery was taken out of its line, after how many attempts; `topic` and `eventId` are what its body says of itself. */
export type Aside = Readonly<{ topic: string; eventId: string; attempts: number; problem: string }>

/** A delivery that an admin has to look at; times ISO 8601. */
export type AsideDelivery = Aside & Readonly<{ id: string; line: string; createdAt: string; setAsideAt: string }>

/** Which of those set aside: all, those of one topic, or those with these ids. */
export type AsideFilter = Readonly<{ topic: string | null; ids: readonly string[] | null }>

export type OutboxCounts = Readonly<{
  waiting: number
  /** Since when the one waits that waits the longest, ISO 8601; null: nothing waits. */
  oldest: string | null
  setAside: number
  /** Of those set aside, by topic. */
  topics: Readonly<Record<string, number>>
}>

/** How many TokenUpdates an enrollment has told since its Authenticate; `users`: of its users from nothing again. */
export type Tally = Readonly<{ enrollmentId: string; tally: number; users: boolean }>

/** What one receiver is to be told, by line (a device's enrollment id, or one line of all); each in the order in which it happened. */
export type Outbox = Readonly<{
  /** Answers false when so much waits already that this is dropped. The tally that it tells is remembered with it, in one step. */
  put: (line: string, sealed: Sealed, tally?: Tally) => Promise<boolean>
  /** Null: nothing was told of this enrollment. */
  tallyOf: (enrollmentId: string) => Promise<number | null>
  /** The oldest that wait in a line, or those behind the one with the id `after`. */
  next: (line: string, limit: number, after?: string | null) => Promise<readonly Delivery[]>
  /** Forgets them: they were delivered. */
  remove: (ids: readonly string[]) => Promise<void>
  /** Lines in which something waits. */
  waiting: (limit: number) => Promise<readonly string[]>
  /** Remembers that the receiver failed with it. */
  failed: (id: string, failing: Failing) => Promise<void>
  /** Takes deliveries out of their lines. */
  setAside: (aside: readonly (Aside & Readonly<{ id: string }>)[]) => Promise<void>
  /** Keeps aside what never waited here. The same `eventId` once more changes nothing. */
  keepAside: (aside: Aside & Readonly<{ line: string; sealed: Sealed; createdAt: string }>) => Promise<void>
  /** Those set aside, the latest first. */
  aside: (filter: AsideFilter, window: Readonly<{ limit: number; offset: number }>) => Promise<readonly AsideDelivery[]>
  /** Puts them back into their lines, at the place that they had. Answers how many, and in which lines. */
  resend: (filter: AsideFilter) => Promise<Readonly<{ count: number; lines: readonly string[] }>>
  /** Throws them away; answers how many. */
  discard: (filter: AsideFilter) => Promise<number>
  counts: () => Promise<OutboxCounts>
  /** Throws away what was set aside for too long, and the oldest of too many; answers how many. */
  tidy: () => Promise<number>
}>
