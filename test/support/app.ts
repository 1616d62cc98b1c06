import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import { memoryWorkQueue } from '../../src/adapters/memory/work-queue.ts'
import { postgresAuditChain } from '../../src/adapters/postgres/audit-chain.ts'
import { postgresChallenges } from '../../src/adapters/postgres/challenges.ts'
import { openPool } from '../../src/adapters/postgres/connections.ts'
import { postgresDatabase } from '../../src/adapters/postgres/database.ts'
import { createOperationalTables } from '../../src/adapters/postgres/operational-tables.ts'
import { postgresOutboxes } from '../../src/adapters/postgres/outbox.ts'
import { postgresProjectionStore } from '../../src/adapters/postgres/projection-store.ts'
import { postgresAgentReports } from '../../src/adapters/postgres/agent-reports.ts'
import { postgresCarves } from '../../src/adapters/postgres/carves.ts'
import { postgresSessions } from '../../src/adapters/postgres/sessions.ts'
import { postgresSsoAttempts } from '../../src/adapters/postgres/sso-attempts.ts'
import { postgresTelemetry } from '../../src/adapters/postgres/telemetry.ts'
import { postgresVault } from '../../src/adapters/postgres/vault.ts'
import { postgresWorkStore } from '../../src/adapters/postgres/work-store.ts'
import type { App } from '../../src/app/app.ts'
import { blobsIn } from '../../src/app/blobs.ts'
import { executor } from '../../src/app/execute.ts'
import type { Log } from '../../src/app/ports.ts'
import { runProjections } from '../../src/app/project.ts'
import { projectionProgress } from '../../src/app/projection-progress.ts'
import { host } from '../../src/domain/host/host.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import type { Cause } from '../../src/kernel/event.ts'
import { allProjections } from '../../src/projections/all.ts'
import { runAuditChain } from '../../src/workers/audit-chain.ts'
import { workFollowing } from '../../src/workers/work-tables.ts'
import { freshDatabase } from './postgres.ts'

export type LogLine = Readonly<{ level: 'info' | 'warn' | 'error'; fields: object; message: string }>

export type TestApp = Readonly<{
  app: App
  /** Where the operational tables are. */
  pool: Pool
  /** What the parts logged so far. */
  lines: readonly LogLine[]
  /** Moves the clock, which stands still otherwise; answers the new time. */
  advance: (ms: number) => Date
  stop: () => Promise<void>
}>

/**
 * The real parts but for the event log and the queue, which are in memory: read models in a database of their own, fed by the real runner.
 * No workers run. The first call starts a Postgres server: give the hook 30 s.
 */
export const testApp = async (): Promise<TestApp> => {
  const database = await freshDatabase()
  const closing = new AbortController()
  const { signal } = closing
  const lines: LogLine[] = []
  const write = (level: LogLine['level']) => (fields: object, message: string) => void lines.push({ level, fields, message })
  const logger: Log = { info: write('info'), warn: write('warn'), error: write('error') }
  let now = new Date('2026-03-01T12:00:00.000Z')
  const clock = () => now

  const { url } = database
  const pool = openPool({ url, max: 4, name: 'operations', logger })
  await createOperationalTables(pool)
  const log = memoryEventLog()
  const questions = postgresDatabase({ url, logger, connections: 4 })
  const store = postgresProjectionStore({ url, logger })
  await store.prepare(allProjections, true)
  const progress = projectionProgress({ store, log, clock, logger, signal })
  const work = postgresWorkStore(pool, clock)
  const vault = postgresVault(pool, randomBytes(32))
  const telemetry = postgresTelemetry(pool, clock, logger)
  const queue = memoryWorkQueue()
  const running = runProjections({
    log,
    store,
    projections: allProjections,
    work: (sql, events) => work.add(sql, workFollowing(events)),
    onAdvanced: progress.advanced,
    signal,
    logger,
  })

  const chain = postgresAuditChain({ pool, url, logger })
  // No checkpoint comes by itself: a test asks for one.
  const chaining = runAuditChain({ stored: log, chain, checkpointIfDue: () => Promise.resolve(), logger, signal })

  const app: App = {
    ...executor(log, clock),
    read: questions.read,
    applyNow: questions.applyNow,
    hypothetically: questions.hypothetically,
    caughtUp: ({ position }) => (position === null ? Promise.resolve(true) : progress.caughtUp(position, 10_000)),
    onAdvanced: progress.onAdvanced,
    log,
    audit: { chain, stored: log },
    blobs: blobsIn({ log, vault, clock }),
    vault,
    challenges: postgresChallenges(pool, clock),
    telemetry,
    agentReports: postgresAgentReports(pool),
    carves: postgresCarves(pool, clock),
    sessions: postgresSessions(pool, clock),
    ssoAttempts: postgresSsoAttempts(pool, clock),
    work,
    outboxes: postgresOutboxes(pool, clock),
    queue,
    readModels: {
      states: store.states,
      names: allProjections.map(({ name }) => name),
      rebuild: (names) => store.rebuild(allProjections.filter(({ name }) => names.includes(name))),
    },
    declarationsToken: null,
    clock,
    logger,
  }

  return {
    app,
    pool,
    lines,
    advance: (ms) => (now = new Date(now.getTime() + ms)),
    stop: async () => {
      closing.abort()
      await log.close()
      await running
      await chaining
      await queue.close()
      await telemetry.close()
      await store.close()
      await questions.close()
      await pool.end()
      await database.drop()
    },
  }
}

let causes = 0

/** A cause of its own, as the server itself would give. */
export const testCause = (): Cause => {
  const id = `test/${String(causes++)}`
  return { id, actor: { kind: 'server', id: 'test' }, correlationId: id, causationId: id }
}

export type TestHost = Readonly<{ udid: string; serial?: string; name?: string; productName?: string; osVersion?: string }>

const sealed = { keyId: 'key', nonce: 'nonce', sealed: 'sealed' }

/** Enrolls a device as its own check-ins would, and waits for the read models. Answers the host's id. */
export const enrollHost = async ({ execute, caughtUp }: Pick<App, 'execute' | 'caughtUp'>, device: TestHost): Promise<string> => {
  const { udid, productName = 'Mac14,7', ...told } = device
  const hostId = hostIdOf(udid)
  const enrollmentId = udid
  const topic = 'com.apple.mgmt.External.test'
  const platform = productName.startsWith('iP') ? 'ios' : 'darwin'
  const facts = { productName, ...told }
  const identity = { certificate: 'aa', notAfter: null, terms: null }
  const authenticate = { enrollmentId, hardwareId: udid, kind: 'device', platform, facts, topic, identity } as const
  await execute(host, hostId, { type: 'Authenticate', data: authenticate }, testCause())
  const update = { channel: 'device', enrollmentId, topic, tokenFingerprint: 'bb', push: sealed } as const
  const rest = { awaitingConfiguration: false, user: null, unlockToken: null, identity }
  await caughtUp(await execute(host, hostId, { type: 'UpdateToken', data: { ...update, ...rest } }, testCause()))
  return hostId
}
