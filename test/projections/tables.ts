import pg from 'pg'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import { postgresDatabase } from '../../src/adapters/postgres/database.ts'
import { createOperationalTables } from '../../src/adapters/postgres/operational-tables.ts'
import { postgresProjectionStore } from '../../src/adapters/postgres/projection-store.ts'
import type { Execute, Load } from '../../src/app/execute.ts'
import { executor } from '../../src/app/execute.ts'
import type { Database, EventLog, Log } from '../../src/app/ports.ts'
import { runProjections } from '../../src/app/project.ts'
import type { Feed, ProjectionStore } from '../../src/app/projection-store.ts'
import type { HostCommand } from '../../src/domain/host/host.ts'
import { host } from '../../src/domain/host/host.ts'
import type { AnyCommand, AnyEvent, Cause, Recorded } from '../../src/kernel/event.ts'
import type { Decider } from '../../src/kernel/decider.ts'
import { allProjections } from '../../src/projections/all.ts'
import { eventually } from '../support/eventually.ts'
import { freshDatabase } from '../support/postgres.ts'

/** What every read model shows, by table; `pg` gives rows in no order, so they come sorted as text. */
export type AllRows = Readonly<Record<string, readonly object[]>>

export type Tables = Readonly<{
  log: EventLog
  store: ProjectionStore
  read: Database['read']
  execute: Execute
  load: Load
  sql: (text: string) => Promise<readonly object[]>
  rows: (table: string) => Promise<readonly object[]>
  allRows: () => Promise<AllRows>
  /** Applies up to `limit` events that the read models have not seen, as one batch. Answers them. */
  project: (limit?: number) => Promise<readonly Recorded[]>
  /** Lets the real runner bring everything up to date, from `log` unless told otherwise, and stops it again. */
  runOnce: (batchSize: number, from?: EventLog) => Promise<void>
  /** Executes a command, as an admin. */
  tell: <C extends AnyCommand, E extends AnyEvent, S>(decider: Decider<C, E, S>, id: string, command: NoInfer<C>) => Promise<void>
  tellHost: (hostId: string, ...commands: readonly HostCommand[]) => Promise<void>
  /** Moves the clock, which begins at noon on 1 March 2026. */
  advance: (ms: number) => void
  close: () => Promise<void>
}>

export const tableNames = [
  ...['hosts', 'enrollments', 'cohort_hosts', 'cohorts', 'desired_profiles', 'host_profiles', 'waiting_commands', 'commands'],
  ...['profiles', 'profile_contents', 'teams', 'certificates', 'api_tokens', 'push_certificates', 'timeline'],
]

/** All read models in a database of their own. Starts a Postgres server the first time: give the hook 30 s. */
export const openTables = async (): Promise<Tables> => {
  const { url, drop } = await freshDatabase()
  const quiet = (): void => undefined
  const logger: Log = { info: quiet, warn: quiet, error: quiet }
  const log = memoryEventLog()
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', quiet)
  await createOperationalTables(pool)
  const store = postgresProjectionStore({ url, logger })
  const database = postgresDatabase({ url, logger, connections: 3 })
  await store.prepare(allProjections, false)

  let now = Date.parse('2026-03-01T12:00:00.000Z')
  let causes = 0
  const { execute, load } = executor(log, () => new Date(now))
  const cause = (): Cause => {
    const id = `tables/${String(causes++)}`
    return { id, actor: { kind: 'admin', id: 'ada' }, correlationId: id, causationId: id }
  }

  const feeds = async (): Promise<readonly Feed[]> =>
    (await store.states()).flatMap(({ name, generation, schema, shown }) =>
      allProjections
        .filter((projection) => projection.name === name && shown)
        .map((from) => ({ name, generation, schema, from })),
    )
  const rows = (table: string) =>
    database.read<object>({ text: `select * from ${table} t order by t::text collate "C"`, values: [] })

  return {
    ...{ log, store, execute, load, rows, read: database.read },
    sql: async (text) => (await pool.query<object>(text)).rows,
    allRows: async () => Object.fromEntries(await Promise.all(tableNames.map(async (name) => [name, await rows(name)] as const))),
    project: async (limit = 10_000) => {
      const from = (await store.states())[0]?.position ?? null
      const events = await log.readAll({ after: from, limit })
      if (events.length === 0) return events
      const applied = await store.apply({ feeds: await feeds(), from, events, announce: false })
      if (applied.stuck.length + applied.setAside.length > 0) throw new Error(JSON.stringify(applied))
      return events
    },
    runOnce: async (batchSize, from = log) => {
      const over = new AbortController()
      const running = runProjections({ log: from, store, projections: allProjections, signal: over.signal, logger, batchSize })
      const head = await log.head()
      await eventually('the read models are at the end of the log', async () => {
        const states = await store.states()
        return states.length === allProjections.length && states.every((one) => one.status === 'live' && one.position === head)
      })
      over.abort()
      await running
    },
    tell: async (decider, id, command) => void (await execute(decider, id, command, cause())),
    tellHost: async (hostId, ...commands) => {
      for (const command of commands) await execute(host, hostId, command, cause())
    },
    advance: (ms) => void (now += ms),
    close: async () => {
      await Promise.allSettled([store.close(), database.close(), pool.end(), log.close()])
      await drop()
    },
  }
}
