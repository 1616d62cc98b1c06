import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import { postgresDatabase } from '../../src/adapters/postgres/database.ts'
import { postgresProjectionStore } from '../../src/adapters/postgres/projection-store.ts'
import type { Database, EventLog, Log } from '../../src/app/ports.ts'
import type { ProjectOptions } from '../../src/app/project-options.ts'
import { runProjections } from '../../src/app/project.ts'
import type { Generation, ProjectionStore } from '../../src/app/projection-store.ts'
import type { AnyProjection } from '../../src/kernel/projection.ts'
import { freshDatabase } from '../support/postgres.ts'
import { toys } from './toy-projections.ts'

export type Rig = Readonly<{
  url: string
  log: EventLog
  store: ProjectionStore
  database: Database
  logged: string[]
  /** Starts a runner in this process. `ended` is its own end, `stop` makes it end; both throw what it threw. */
  run: (options?: Partial<ProjectOptions>) => Readonly<{ ended: Promise<void>; stop: () => Promise<void> }>
  /** Rows as questions see them. */
  rows: (table: string) => Promise<readonly object[]>
  allRows: () => Promise<readonly (readonly object[])[]>
  generation: (name: string) => Promise<Generation | undefined>
  sql: (text: string) => Promise<readonly object[]>
  /** Waits until everything shown is live and at the log's end. */
  settled: (projections?: readonly AnyProjection[]) => Promise<void>
  close: () => Promise<void>
}>

export const projectionRig = async (): Promise<Rig> => {
  const fresh = await freshDatabase()
  const { url } = fresh
  const logged: string[] = []
  const note = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const logger: Log = { info: note, warn: note, error: note }
  const log = memoryEventLog()
  const store = postgresProjectionStore({ url, logger })
  const database = postgresDatabase({ url, logger })
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()

  const sql = async (text: string): Promise<readonly object[]> => (await client.query<object>(text)).rows
  const rows = (table: string) =>
    database.read<object>({ text: `select * from ${table} t order by t::text collate "C"`, values: [] })
  const generations = (): Promise<readonly Generation[]> => store.states()

  return {
    ...{ url, log, store, database, logged, sql, rows },
    run: (options = {}) => {
      const over = new AbortController()
      const running = runProjections({ log, store, projections: toys, signal: over.signal, logger, ...options })
      running.catch(() => undefined)
      return {
        ended: running,
        stop: () => {
          over.abort()
          return running
        },
      }
    },
    allRows: () => Promise.all(['boxes', 'things', 'name_counts'].map(rows)),
    generation: async (name) => (await generations()).findLast((state) => state.name === name),
    settled: (projections = toys) =>
      until(async () => {
        const head = await log.head()
        const states = await generations().catch(() => [])
        return projections.every(({ name, version }) => {
          const own = states.filter((state) => state.name === name)
          return own.length === 1 && own[0]?.status === 'live' && own[0].version === version && own[0].position === head
        })
      }),
    close: async () => {
      await Promise.allSettled([store.close(), database.close(), client.end(), log.close()])
      await fresh.drop()
    },
  }
}

/** Looks until it is so; gives up after ten seconds. */
export const until = async (isSo: () => Promise<boolean> | boolean): Promise<void> => {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (await isSo()) return
    await pause(10)
  }
  throw new Error(`It never came to be that ${isSo.toString()}`)
}
