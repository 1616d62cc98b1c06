import type { Position } from '../kernel/event.ts'
import type { Query } from '../kernel/query.ts'
import type { Blobs } from './blobs.ts'
import type { Execute, Load } from './execute.ts'
import type { AgentReports, AuditChain, Carves, Challenges, Telemetry, WorkStore } from './operational-ports.ts'
import type { Sessions, SsoAttempts } from './session-ports.ts'
import type { ProjectionProgress } from './projection-progress.ts'
import type { ProjectionStore } from './projection-store.ts'
import type { Outbox, WebhookName } from './webhook-ports.ts'
import type { Clock, Database, EventLog, Log, Vault, WorkQueue } from './ports.ts'

/** What the edges and the workers are handed: the verbs that wait, and the ports behind them. Made by `compose.ts` alone. */
export type App = Readonly<{
  execute: Execute
  load: Load
  /** Asks the read models. */
  read: <Row>(question: Query<Row>) => Promise<readonly Row[]>
  /** Waits until the read models show what was executed; answers false when they did not within a few seconds. */
  caughtUp: (executed: Readonly<{ position: Position | null }>) => Promise<boolean>
  onAdvanced: ProjectionProgress['onAdvanced']
  /** See `Database.applyNow`. */
  applyNow: Database['applyNow']
  /** See `Database.hypothetically`. */
  hypothetically: Database['hypothetically']
  log: EventLog
  /** The chain over the log, and the log as it is stored: what is hashed is never today's shape of it. */
  audit: Readonly<{ chain: AuditChain; stored: Pick<EventLog, 'readAll'> }>
  blobs: Blobs
  vault: Vault
  challenges: Challenges
  telemetry: Telemetry
  agentReports: AgentReports
  carves: Carves
  sessions: Sessions
  ssoAttempts: SsoAttempts
  work: WorkStore
  /** What other systems are to be told, by receiver; there is an outbox even where there is no receiver. */
  outboxes: Readonly<Record<WebhookName, Outbox>>
  queue: WorkQueue
  /** The read models themselves: how far each filling is, and filling some anew beside those shown. */
  readModels: Readonly<{
    states: ProjectionStore['states']
    names: readonly string[]
    rebuild: (names: readonly string[]) => Promise<void>
  }>
  /** The token of the declarations that every host is told of; null: declarations are left alone. */
  declarationsToken: string | null
  clock: Clock
  logger: Log
}>
