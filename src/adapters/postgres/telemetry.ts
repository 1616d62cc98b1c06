import type { Pool } from 'pg'
import type { Telemetry } from '../../app/operational-ports.ts'
import type { Clock, Log } from '../../app/ports.ts'

/** How often what was seen is written, ms. */
const flushEveryMs = 5_000

const writeSeen = `
  with seen as (select * from unnest($1::text[], $2::timestamptz[]) as s(host_id, seen_at)),
  answered as (update pushes p set unanswered = 0 from seen s where p.host_id = s.host_id and p.unanswered > 0)
  insert into host_seen (host_id, seen_at) select host_id, seen_at from seen
  on conflict (host_id) do update set seen_at = greatest(host_seen.seen_at, excluded.seen_at)`

const writePushed = `
  insert into pushes (host_id, pushed_at, unanswered) select host_id, $2, 1 from unnest($1::text[]) as p(host_id)
  on conflict (host_id) do update set pushed_at = excluded.pushed_at, unanswered = least(pushes.unanswered + 1, 1000)`

/** Last-seen times and pushes, gathered in memory and written in batches. A host that calls is pushed again without back-off. */
export const postgresTelemetry = (pool: Pool, clock: Clock, logger: Log): Telemetry => {
  let seen = new Map<string, Date>()

  const flush = async (): Promise<void> => {
    if (seen.size === 0) return
    const batch = [...seen].sort(([a], [b]) => (a < b ? -1 : 1))
    seen = new Map()
    try {
      await pool.query(writeSeen, [batch.map(([hostId]) => hostId), batch.map(([, at]) => at)])
    } catch (error) {
      logger.warn({ err: error, hosts: batch.length }, 'last-seen times were not written')
    }
  }
  const timer = setInterval(() => void flush(), flushEveryMs)
  timer.unref()

  return {
    seen: (hostId) => void seen.set(hostId, clock()),
    pushed: async (hostIds) => {
      if (hostIds.length > 0) await pool.query(writePushed, [[...new Set(hostIds)].sort(), clock()])
    },
    close: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}
