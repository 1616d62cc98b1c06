import type { Pool } from 'pg'
import type { Clock, Log } from '../../app/ports.ts'

export type DatabaseClock = Readonly<{ clock: Clock; close: () => Promise<void> }>

type Settings = Readonly<{ pool: Pick<Pool, 'query'>; logger: Log; own?: () => number }>

/** How often the clocks are compared, ms. */
const compareEveryMs = 10_000
/** From this difference on it is worth a line in the log, ms. */
const notableMs = 2_000

/**
 * The clock by which all processes of a deployment judge: the database's. Theirs may differ, and then one would take a deadline for passed that
 * another has just set. It is this process's own (`own`, ms) with the difference added, as it was last measured; while the database is away, that
 * one goes on. It errs ahead by a round trip at most, so that work which the database calls due is due to its worker too.
 */
export const databaseClock = async ({ pool, logger, own = Date.now }: Settings): Promise<DatabaseClock> => {
  let offset = 0
  const compare = async (): Promise<void> => {
    const asked = own()
    const { rows } = await pool.query<{ now: string }>('select extract(epoch from clock_timestamp()) * 1000 as now')
    const measured = Math.ceil(Number(rows[0]?.now) - asked)
    if (!Number.isFinite(measured)) return
    if (Math.abs(measured - offset) >= notableMs)
      logger.warn({ aheadMs: measured }, "this machine's clock is not the database's, which is taken")
    offset = measured
  }
  await compare()
  let comparing = Promise.resolve()
  const timer = setInterval(() => {
    comparing = compare().catch(() => undefined)
  }, compareEveryMs)
  timer.unref()
  return {
    clock: () => new Date(own() + offset),
    close: () => {
      clearInterval(timer)
      return comparing
    },
  }
}
