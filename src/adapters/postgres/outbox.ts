import type { Pool } from 'pg'
import type { Clock } from '../../app/ports.ts'
import type { AsideDelivery, AsideFilter, Delivery, Outbox, WebhookName } from '../../app/webhook-ports.ts'

/** So many may wait for a receiver in all; one that is away for days must not fill the disk. */
const mostWaiting = 200_000
/** So many are kept aside, and for so long: nobody may ever look at them. */
const mostAside = 100_000
const asideDays = 30

const put = `
  with own as (
    insert into token_update_tallies (enrollment_id, tally) select $6, $7::int where $6::text is not null
    on conflict (enrollment_id) do update set tally = excluded.tally),
  users as (
    update token_update_tallies set tally = 0 where $8 and enrollment_id > $6 || ':' and enrollment_id < $6 || ';')
  insert into webhook_deliveries (enrollment_id, sealed, created_at, receiver)
  select $1, $2, $3, $5
  where (select count(*) from (
    select from webhook_deliveries where receiver = $5 and set_aside_at is null limit $4) w) < $4`

const next = `
  select d.id::text, sealed, coalesce(waiting_since, created_at) as "waitingSince",
    case when failures > 0 then jsonb_build_object('failures', failures, 'since', failing_since, 'retryAt', retry_at) end as failing
  from webhook_deliveries d
  where receiver = $1 and set_aside_at is null and enrollment_id = $2 and ($4::bigint is null or d.id > $4) order by d.id limit $3`

const setAside = `
  update webhook_deliveries d set set_aside_at = $1, attempts = a.attempts, problem = a.problem, topic = a.topic, event_id = a.event_id
  from unnest($2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[]) as a(id, attempts, problem, topic, event_id)
  where d.id = a.id`

const keepAside = `
  insert into webhook_deliveries
    (receiver, enrollment_id, sealed, created_at, set_aside_at, attempts, problem, topic, event_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (receiver, event_id) where event_id is not null do nothing`

const filtered = `
  receiver = $1 and set_aside_at is not null and ($2::text is null or topic = $2) and ($3::bigint[] is null or id = any($3))`

const aside = `
  select d.id::text, enrollment_id as line, topic, event_id as "eventId", attempts, problem, created_at as "createdAt",
    set_aside_at as "setAsideAt"
  from webhook_deliveries d where ${filtered} order by d.id desc limit $4 offset $5`

const resend = `
  with back as (
    update webhook_deliveries
    set set_aside_at = null, waiting_since = $4, failures = 0, failing_since = null, retry_at = null
    where ${filtered} returning enrollment_id)
  select enrollment_id as line, count(*)::int as count from back group by enrollment_id`

const counts = `
  select count(*) filter (where set_aside_at is null)::int as waiting,
    min(coalesce(waiting_since, created_at)) filter (where set_aside_at is null) as oldest,
    count(*) filter (where set_aside_at is not null)::int as "setAside",
    (select coalesce(jsonb_object_agg(topic, n), '{}') from (
      select topic, count(*) as n from webhook_deliveries where receiver = $1 and set_aside_at is not null group by topic) t) as topics
  from webhook_deliveries where receiver = $1`

const tidy = `
  delete from webhook_deliveries where receiver = $1 and set_aside_at is not null and (
    set_aside_at < $2::timestamptz - $3 * interval '1 day'
    or id <= (select id from webhook_deliveries where receiver = $1 and set_aside_at is not null order by id desc offset $4 limit 1))`

/** In the table `webhook_deliveries`; its column `enrollment_id` names the line. */
export const postgresOutbox = (
  pool: Pool,
  clock: Clock,
  limit = mostWaiting,
  { receiver = 'devices', most = mostAside }: Readonly<{ receiver?: WebhookName; most?: number }> = {},
): Outbox => {
  const by = ({ topic, ids }: AsideFilter) => [receiver, topic, ids]
  return {
    put: async (line, sealed, counted) => {
      const told = [counted?.enrollmentId ?? null, counted?.tally ?? null, counted?.users ?? false]
      const values = [line, sealed, clock(), limit, receiver, ...told]
      return ((await pool.query({ name: 'outbox-put', text: put, values })).rowCount ?? 0) > 0
    },
    tallyOf: async (enrollmentId) => {
      const text = 'select tally from token_update_tallies where enrollment_id = $1'
      return (await pool.query<{ tally: number }>(text, [enrollmentId])).rows[0]?.tally ?? null
    },
    next: async (line, count, after = null) => (await pool.query<Delivery>(next, [receiver, line, count, after])).rows,
    remove: async (ids) => {
      if (ids.length > 0) await pool.query('delete from webhook_deliveries where id = any($1::bigint[])', [ids])
    },
    waiting: async (count) => {
      const text =
        'select distinct enrollment_id as line from webhook_deliveries where receiver = $1 and set_aside_at is null limit $2'
      return (await pool.query<{ line: string }>(text, [receiver, count])).rows.map(({ line }) => line)
    },
    failed: async (id, { failures, since, retryAt }) => {
      const text = 'update webhook_deliveries set failures = $2, failing_since = $3, retry_at = $4 where id = $1'
      await pool.query(text, [id, failures, since, retryAt])
    },
    setAside: async (all) => {
      await pool.query(setAside, [
        clock(),
        all.map(({ id }) => id),
        all.map(({ attempts }) => attempts),
        all.map(({ problem }) => problem),
        all.map(({ topic }) => topic),
        all.map(({ eventId }) => eventId),
      ])
    },
    keepAside: async ({ line, sealed, createdAt, attempts, problem, topic, eventId }) => {
      await pool.query(keepAside, [receiver, line, sealed, createdAt, clock(), attempts, problem, topic, eventId])
    },
    aside: async (filter, window) => (await pool.query<AsideDelivery>(aside, [...by(filter), window.limit, window.offset])).rows,
    resend: async (filter) => {
      const { rows } = await pool.query<{ line: string; count: number }>(resend, [...by(filter), clock()])
      return { count: rows.reduce((sum, row) => sum + row.count, 0), lines: rows.map(({ line }) => line) }
    },
    discard: async (filter) => (await pool.query(`delete from webhook_deliveries where ${filtered}`, by(filter))).rowCount ?? 0,
    counts: async () => {
      const { rows } = await pool.query<Awaited<ReturnType<Outbox['counts']>>>(counts, [receiver])
      return rows[0] ?? { waiting: 0, oldest: null, setAside: 0, topics: {} }
    },
    tidy: async () => (await pool.query(tidy, [receiver, clock(), asideDays, most])).rowCount ?? 0,
  }
}

/** One for each receiver. */
export const postgresOutboxes = (pool: Pool, clock: Clock): Readonly<Record<WebhookName, Outbox>> => ({
  devices: postgresOutbox(pool, clock),
  activities: postgresOutbox(pool, clock, mostWaiting, { receiver: 'activities' }),
})
