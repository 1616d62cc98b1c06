import type { Position, Recorded } from '../kernel/event.ts'
import type { AnyProjection } from '../kernel/projection.ts'
import type { EventLog, Log } from './ports.ts'
import type { ProjectionStore, WorkWriter } from './projection-store.ts'

export type ProjectOptions = Readonly<{
  log: EventLog
  store: ProjectionStore
  projections: readonly AnyProjection[]
  /** Writes work rows in the transaction of the read models. They are never rebuilt: work has a checkpoint of its own. */
  work?: WorkWriter
  /** Called after a batch was committed, with its events, in the process that leads. */
  onBatch?: (events: readonly Recorded[]) => void
  /** Called with the position that all healthy read models have reached, in the process that leads. */
  onAdvanced?: (position: Position) => void
  /** Told when this process begins to lead, and as soon as it no longer does: what it remembers of batches may then be old. */
  onLeading?: (leading: boolean) => void
  signal: AbortSignal
  logger: Log
  /** The most events of one transaction (default 5000). When there are fewer, they do not wait for more. */
  batchSize?: number
  /** How often stuck read models are tried again (default 30 s). */
  retryStuckMs?: number
}>

/** The same, with nothing left open. */
export type RunnerOptions = ProjectOptions & Required<Pick<ProjectOptions, 'batchSize' | 'retryStuckMs'>>
