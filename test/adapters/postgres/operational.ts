import { openPool } from '../../../src/adapters/postgres/connections.ts'
import { createOperationalTables } from '../../../src/adapters/postgres/operational-tables.ts'
import type { Log } from '../../../src/app/ports.ts'
import { freshDatabase } from '../../support/postgres.ts'

export type Operational = Readonly<{
  pool: ReturnType<typeof openPool>
  clock: () => Date
  advance: (ms: number) => void
  warnings: readonly string[]
  logger: Log
  close: () => Promise<void>
}>

/** The operational tables in a database of their own, and a clock that stands still. Give the hook 30 s. */
export const openOperational = async (): Promise<Operational> => {
  const { url, drop } = await freshDatabase()
  const warnings: string[] = []
  const note = (_: object, message: string): void => void warnings.push(message)
  const logger: Log = { info: () => undefined, warn: note, error: note }
  const pool = openPool({ url, max: 8, name: 'test', logger })
  await createOperationalTables(pool)
  let now = Date.parse('2026-03-01T12:00:00.000Z')
  return {
    ...{ pool, warnings, logger },
    clock: () => new Date(now),
    advance: (ms) => void (now += ms),
    close: async () => {
      await pool.end()
      await drop()
    },
  }
}
