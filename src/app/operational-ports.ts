import type { Position } from '../kernel/event.ts'
import type { Sealed } from '../kernel/content.ts'
import type { Sql } from '../kernel/projection.ts'
import type { Work } from '../kernel/work.ts'
import type { Leadership } from './projection-store.ts'

/** Work with what led to it. */
export type CausedWork = Work & Readonly<{ causeId: string; correlationId: string }>

/** A row of work in a worker's hands. `version` tells whether it was asked for again meanwhile. */
export type ClaimedWork = CausedWork & Readonly<{ attempts: number; version: number }>

export type ParkedWork = Readonly<{ kind: string; key: string; attempts: number; error: string; since: string }>

/** Work to be done: durable rows beside the read models. */
export type WorkStore = Readonly<{
  /** Writes rows inside the projections' transaction. A row that is there already is due again, and its failures are forgotten. */
  add: (sql: Sql, work: readonly CausedWork[]) => Promise<void>
  /** As `add`, in a transaction of its own. */
  addNow: (work: readonly CausedWork[]) => Promise<void>
  /** Takes up to `limit` due rows of a kind for `leaseMs`; another worker gets them when the lease ends without a word. */
  claim: (kind: string, limit: number, leaseMs: number) => Promise<readonly ClaimedWork[]>
  /** Removes the rows, but for those that were asked for again since they were claimed. */
  done: (work: readonly ClaimedWork[]) => Promise<void>
  /** Keeps rows in hand for another `leaseMs`: for work that takes longer than one lease. */
  extend: (work: readonly ClaimedWork[], leaseMs: number) => Promise<void>
  /** Puts a row back, due at `dueAt` (ISO 8601), or parks it when `dueAt` is null. */
  failed: (work: ClaimedWork, error: string, dueAt: string | null) => Promise<void>
  /** The kinds that have due rows now. */
  dueKinds: () => Promise<readonly string[]>
  parked: () => Promise<readonly ParkedWork[]>
  /** Makes parked rows due again; all of them, or those of one kind. Answers how many. */
  unpark: (kind: string | null) => Promise<number>
  counts: () => Promise<readonly Readonly<{ kind: string; due: number; parked: number }>[]>
}>

/** What became of a challenge that a certificate request presented, and what was kept with it. */
export type ChallengeUse = Readonly<{ kind: 'accepted'; terms: unknown }> | Readonly<{ kind: 'unknown' | 'expired' | 'used' }>

/** One-time SCEP challenges; only their hashes are stored. */
export type Challenges = Readonly<{
  /** Makes one, valid for `validMs`, and keeps the terms (JSON) that it is given on. Answers the secret (base64url), which is in no log. */
  issue: (validMs: number, terms: object | null) => Promise<string>
  /** Uses one up. The same request (transaction and CSR hash) may come again and is accepted again. */
  use: (challenge: string, request: Readonly<{ transactionId: string; csrHash: string }>) => Promise<ChallengeUse>
}>

/**
 * What became of one push, as far as it is worth remembering. `problem` is why it was not taken; `unjudged`: the push
 * service said nothing of the token, and what is remembered of it stands.
 */
export type Pushed = Readonly<{ hostId: string; channel: string; problem: string | null; unjudged?: boolean }>

/** Facts that come too often to be events; lost on a crash up to the last few seconds, by design. */
export type Telemetry = Readonly<{
  /** The channel called: it is pushed without back-off again. */
  seen: (hostId: string, channel: string) => void
  /** When this process last heard of the channel; null when that is longer ago than a minute. */
  seenAt: (hostId: string, channel: string) => Date | null
  /** Pushes went out: the next ones wait longer, until the device calls. */
  pushed: (pushes: readonly Pushed[]) => Promise<void>
  close: () => Promise<void>
}>

/** When an agent last told the details of its host and the labels, in ms since 1970; null: never. */
export type ReportTimes = Readonly<{ detailAt: number | null; labelsAt: number | null }>

/** The times of agents' reports: too many to be events, and needed to judge whether a profile had its hour to appear. */
export type AgentReports = Readonly<{
  last: (hostId: string) => Promise<ReportTimes>
  /** Null leaves what is known. */
  note: (hostId: string, times: ReportTimes) => Promise<void>
}>

/** Files of a host that an agent hands over in blocks. `received`: how many blocks came; `finishedAt` is set when all did; times ISO 8601. */
export type Carve = Readonly<{
  id: string
  hostId: string
  carveId: string
  requestId: string
  blockCount: number
  blockSize: number
  size: number
  received: number
  startedAt: string
  finishedAt: string | null
}>

/** What agents carved: too large for the log, and kept for 30 days; a carve that is not complete after a day is forgotten. */
export type Carves = Readonly<{
  /** Null: this host has too many already. The session is a secret, of which only the hash is stored. */
  begin: (
    carve: Omit<Carve, 'id' | 'received' | 'startedAt' | 'finishedAt'>,
  ) => Promise<Readonly<{ id: string; sessionId: string }> | null>
  find: (sessionId: string) => Promise<Carve | null>
  put: (id: string, block: number, sealed: Sealed) => Promise<void>
  /** The newest first. */
  page: (limit: number, offset: number) => Promise<readonly Carve[]>
  get: (id: string) => Promise<Carve | null>
  /** Null: it did not come. */
  block: (id: string, block: number) => Promise<Sealed | null>
}>

/** How far something came in the log that is told onward: lost only with the database, and then it is told again from where it starts. */
export type Cursors = Readonly<{
  /** Null: it was never set. */
  at: (name: string) => Promise<Position | null>
  /** Where it begins, if it was never set. */
  start: (name: string, position: Position) => Promise<void>
  /** Forward only. */
  move: (name: string, position: Position) => Promise<void>
}>

/** A place in the chain over the log: what it came to after `number` events. `latest`: the latest time that any of them tells, ISO 8601. */
export type ChainPlace = Readonly<{ number: number; position: Position; link: string; latest: string | null }>

/**
 * The chain over the log, as far as it was computed: derived, so that it may be emptied at any time and is made again. Every call may throw
 * `StoreUnavailable`.
 */
export type AuditChain = Readonly<{
  /** The farthest place; null: nothing was chained. */
  head: () => Promise<ChainPlace | null>
  /** The last place kept before a position; null: there is none. A thousand events lie between two places, or a batch. */
  before: (position: Position) => Promise<ChainPlace | null>
  /** The last place kept all of whose events tell an earlier time (ISO 8601); null: there is none. */
  earlierThan: (time: string) => Promise<ChainPlace | null>
  /** Goes on from the farthest place, `from` (null: from nothing). False: that is not where it stands, and nothing was written. */
  advance: (from: ChainPlace | null, to: ChainPlace) => Promise<boolean>
  /** Waits until this process is the one that makes the chain; null when `signal` aborts first. */
  lead: (signal: AbortSignal) => Promise<Leadership | null>
}>
