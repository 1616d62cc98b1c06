import type { Pool } from 'pg'
import type { Telemetry } from '../../app/operational-ports.ts'
import type { Clock, Log } from '../../app/ports.ts'

/** How often what was seen is written, ms. */
const flushEveryMs = 5_000
/** How long this process remembers having seen a channel, ms. */
const rememberedMs = 60_000

const writeSeen = `
  with seen as (select * from unnest($1::text[], $2::text[], $3::timestamptz[]) as s(host_id, channel, seen_at)),
  answered as (
    update channel_pushes p set unanswered = 0 from seen s
    where p.host_id = s.host_id and p.channel = s.channel and p.unanswered > 0)
  insert into host_seen (host_id, seen_at) select host_id, max(seen_at) from seen group by host_id
  on conflict (host_id) do update set seen_at = greatest(host_seen.seen_at, excluded.seen_at)`

const writePushed = `
  insert into channel_pushes (host_id, channel, pushed_at, unanswered, problem, problem_since)
  select p.host_id, p.channel, $4, 1, case when unjudged then coalesce(k.problem, p.problem) else p.problem end,
    case when coalesce(case when unjudged then k.problem end, p.problem) is not null then coalesce(k.problem_since, $4::timestamptz) end
  from unnest($1::text[], $2::text[], $3::text[], $5::boolean[]) as p(host_id, channel, problem, unjudged)
  left join channel_pushes k on k.host_id = p.host_id and k.channel = p.channel
  on conflict (host_id, channel) do update set
    pushed_at = excluded.pushed_at, unanswered = least(channel_pushes.unanswered + 1, 1000), problem = excluded.problem,
    problem_since = excluded.problem_since`

type Seen = Readonly<{ hostId: string; channel: string; at: Date }>

/** Last-seen times and pushes, gathered in memory and written in batches. A channel that calls is pushed again without back-off. */
export const postgresTelemetry = (pool: Pool, clock: Clock, logger: Log): Telemetry => {
  let unwritten = new Map<string, Seen>()
  let recent = new Map<string, Seen>()
  let older = new Map<string, Seen>()
  let turned = clock().getTime()

  const flush = async (): Promise<void> => {
    if (clock().getTime() - turned > rememberedMs) {
      older = recent
      recent = new Map()
      turned = clock().getTime()
    }
    if (unwritten.size === 0) return
    const batch = [...unwritten].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, seen]) => seen)
    unwritten = new Map()
    try {
      await pool.query(writeSeen, [
        batch.map(({ hostId }) => hostId),
        batch.map(({ channel }) => channel),
        batch.map(({ at }) => at),
      ])
    } catch (error) {
      logger.warn({ err: error, channels: batch.length }, 'last-seen times were not written')
    }
  }
  const timer = setInterval(() => void flush(), flushEveryMs)
  timer.unref()

  return {
    seen: (hostId, channel) => {
      const key = `${hostId}/${channel}`
      const seen = { hostId, channel, at: clock() }
      unwritten.set(key, seen)
      recent.set(key, seen)
    },
    seenAt: (hostId, channel) => {
      const key = `${hostId}/${channel}`
      return (recent.get(key) ?? older.get(key))?.at ?? null
    },
    pushed: async (pushes) => {
      const rows = [...new Map(pushes.map((push) => [`${push.hostId}/${push.channel}`, push]))]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, push]) => push)
      if (rows.length === 0) return
      await pool.query(writePushed, [
        rows.map(({ hostId }) => hostId),
        rows.map(({ channel }) => channel),
        rows.map(({ problem }) => problem),
        clock(),
        rows.map(({ unjudged = false }) => unjudged),
      ])
    },
    close: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}
