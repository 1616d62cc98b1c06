import type { Position, Recorded } from '../kernel/event.ts'
import type { AnyProjection, Sql } from '../kernel/projection.ts'

/**
 * `live`: fed with every batch. `building`: being filled, not complete yet. `stuck`: it cannot go on, for a fault that is not one event's; tried again now and then.
 * `retired`: still asked, no longer fed, because a newer version is being built.
 */
export type GenerationStatus = 'live' | 'building' | 'stuck' | 'retired'

/** Why a read model is stuck. `error` holds no data of the event; without `event` the failure has no single event to blame. */
export type ProjectionFailure = Readonly<{
  error: string
  event: Readonly<{ eventId: string; type: string; position: Position }>
}>

/** An event that one filling of a read model could not take in and passed over. `reason` holds no data of the event. */
export type SetAside = Readonly<{
  position: Position
  eventId: string
  type: string
  stream: string
  reason: string
  /** When it was set aside, ISO 8601. */
  at: string
}>

/** One filling of a read model. Of all that share a name, one at a time is `shown` to questions. */
export type Generation = Readonly<{
  name: string
  version: number
  generation: number
  schema: string
  shown: boolean
  status: GenerationStatus
  /** The last event applied; null before the first. */
  position: Position | null
  /** How many events of the log it has passed. */
  events: number
  failure: ProjectionFailure | null
  /** What it passed over: how many events, and the newest ten of them, newest first. */
  setAside: Readonly<{ count: number; newest: readonly SetAside[] }>
}>

/** Writes work rows in the transaction of the read models. */
export type WorkWriter = (sql: Sql, events: readonly Recorded[]) => Promise<void>

/** A generation and what feeds it: a projection of that version, or the work tables, which have a checkpoint like a read model. */
export type Feed = Readonly<{ name: string; generation: number; schema: string; from: AnyProjection | WorkWriter }>

/** The name under which work rows keep their checkpoint; no projection may have it. */
export const workName = 'work'

/** A feed that stopped just before the event that it cannot apply. */
export type StuckFeed = Readonly<{ name: string; generation: number; failure: ProjectionFailure }>

/** A feed that passed over events that it cannot take in, and went on. */
export type PassedOver = Readonly<{ name: string; generation: number; count: number; first: ProjectionFailure }>

/** What went wrong with a batch that was applied: nothing, as a rule. */
export type Applied = Readonly<{ stuck: readonly StuckFeed[]; setAside: readonly PassedOver[] }>

/** The database cannot be reached, or did not say whether it wrote. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** A checkpoint is not where its writer left it: somebody else leads, or the generation is gone. Nothing was written. Begin anew from `states`. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

/** `projected`: everything fed with every batch has reached the position. `asked`: states changed by hand. `unsure`: news may have been missed. */
export type ProjectionNews = Readonly<{ kind: 'projected'; position: Position } | { kind: 'asked' } | { kind: 'unsure' }>

/** Being the one process that writes read models. `lost` aborts when it no longer is. */
export type Leadership = Readonly<{ lost: AbortSignal; release: () => Promise<void> }>

/** Where read models are kept. Every call may throw `StoreUnavailable`. */
export type ProjectionStore = Readonly<{
  /**
   * Makes what is missing: first generations (shown at once, so that questions find their tables), new ones for raised versions, the checkpoint
   * of work. A projection whose stored version is higher than the given one is left alone. Throws an `Error` when a schema cannot be made.
   */
  prepare: (projections: readonly AnyProjection[], withWork: boolean) => Promise<void>
  /** Begins a new generation of each beside the one shown, instead of any unfinished one, and tells the leader. */
  rebuild: (projections: readonly AnyProjection[]) => Promise<void>
  /** All generations; none before the first `prepare`. */
  states: () => Promise<readonly Generation[]>
  /** Does what comes before the writing of a batch, without a word of what fails: `apply` with the same array of events need not do it again. */
  foldAhead: (feeds: readonly Feed[], events: readonly Recorded[]) => Promise<void>
  /**
   * Applies a batch to feeds that all stand at `from`, in one transaction with their checkpoints. An event that a feed cannot take in is set
   * aside for that feed, which goes on. A feed that fails for another reason, or sets too much aside, is left just before the failing event,
   * marked, and answered; the others go on. Throws `Overtaken`.
   */
  apply: (
    batch: Readonly<{ feeds: readonly Feed[]; from: Position | null; events: readonly Recorded[]; announce: boolean }>,
  ) => Promise<Applied>
  /** Makes these generations live and shown, and drops those that they replace, in one transaction. Throws `Overtaken` when one is gone. */
  show: (feeds: readonly Feed[]) => Promise<void>
  /** Waits until this process leads; null when `signal` aborts first. */
  lead: (signal: AbortSignal) => Promise<Leadership | null>
  /** Tells news until `signal` aborts. News may be late or missing: also look by yourself. */
  watch: (tell: (news: ProjectionNews) => void, signal: AbortSignal) => void
  close: () => Promise<void>
}>
