import type { Pool } from 'pg'
import type { CausedWork, ClaimedWork, ParkedWork, WorkStore } from '../../app/operational-ports.ts'
import type { Clock } from '../../app/ports.ts'

const add = `
  insert into work (kind, key, due_at, cause_id, correlation_id)
  select kind, key, coalesce(due_at, $6::timestamptz, now()), cause_id, correlation_id
  from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[]) as w(kind, key, due_at, cause_id, correlation_id)
  on conflict (kind, key) do update set
    due_at = case when work.parked_at is null then least(work.due_at, excluded.due_at) else excluded.due_at end,
    attempts = 0, version = work.version + 1, parked_at = null, error = null,
    cause_id = excluded.cause_id, correlation_id = excluded.correlation_id`

const claim = `
  update work w set leased_until = coalesce($2::timestamptz, now()) + $4 * interval '1 ms', attempts = attempts + 1
  from (
    select kind, key from work
    where kind = $1 and parked_at is null and due_at <= coalesce($2::timestamptz, now())
      and (leased_until is null or leased_until < coalesce($2::timestamptz, now()))
    order by due_at limit $3 for update skip locked) due
  where w.kind = due.kind and w.key = due.key
  returning w.kind, w.key, w.attempts, w.version, w.cause_id as "causeId", w.correlation_id as "correlationId"`

const inHand = 'unnest($1::text[], $2::text[], $3::int[]) as h(kind, key, version)'

/** Only what nobody asked for again is over; the rest is free for the next worker. Two statements: the second must see what came meanwhile. */
const remove = `delete from work w using ${inHand} where w.kind = h.kind and w.key = h.key and w.version = h.version`
const release = `
  update work w set leased_until = null, attempts = 0
  from ${inHand} where w.kind = h.kind and w.key = h.key and w.version <> h.version`

const extend = `
  update work w set leased_until = coalesce($4::timestamptz, now()) + $5 * interval '1 ms'
  from ${inHand} where w.kind = h.kind and w.key = h.key`

/** A row that was asked for again meanwhile is due at once, whatever became of the attempt. */
const failed = `
  update work set leased_until = null, error = $4,
    attempts = case when version = $3 then $7::int else 0 end,
    due_at = case when version = $3 then coalesce($5::timestamptz, due_at) else due_at end,
    parked_at = case when version = $3 and $5::timestamptz is null then coalesce($6::timestamptz, now()) end
  where kind = $1 and key = $2`

/**
 * Work rows in Postgres. What is due, and whose lease has ended, is judged by the database's clock: workers' own may differ. A `clock` takes its
 * place where time stands still.
 */
export const postgresWorkStore = (pool: Pool, clock: Clock | null = null): WorkStore => {
  const now = (): string | null => clock?.().toISOString() ?? null
  return {
    add: async (sql, work) => {
      if (work.length > 0) await sql(add, [...columns(work), now()])
    },
    addNow: async (work) => {
      if (work.length > 0) await pool.query(add, [...columns(work), now()])
    },
    claim: async (kind, limit, leaseMs) => (await pool.query<ClaimedWork>(claim, [kind, now(), limit, leaseMs])).rows,
    done: async (work) => {
      if (work.length === 0) return
      const { rowCount } = await pool.query(remove, rowsOf(work))
      if (rowCount !== work.length) await pool.query(release, rowsOf(work))
    },
    extend: async (work, leaseMs) => {
      await pool.query(extend, [...rowsOf(work), now(), leaseMs])
    },
    failed: async ({ kind, key, version, attempts }, error, dueAt) => {
      await pool.query(failed, [kind, key, version, error.slice(0, 1000), dueAt, now(), attempts])
    },
    dueKinds: async () => {
      const free = `parked_at is null and due_at <= coalesce($1::timestamptz, now())
        and (leased_until is null or leased_until < coalesce($1::timestamptz, now()))`
      const { rows } = await pool.query<{ kind: string }>(`select distinct kind from work where ${free}`, [now()])
      return rows.map(({ kind }) => kind)
    },
    parked: async () => {
      const text =
        'select kind, key, attempts, error, parked_at as since from work where parked_at is not null order by parked_at limit 1000'
      return (await pool.query<ParkedWork>(text)).rows
    },
    unpark: async (kind) => {
      const text = `update work set parked_at = null, attempts = 0, due_at = coalesce($1::timestamptz, now()), version = version + 1
        where parked_at is not null and ($2::text is null or kind = $2)`
      return (await pool.query(text, [now(), kind])).rowCount ?? 0
    },
    counts: async () => {
      const text = `select kind, count(*) filter (where parked_at is null)::int as due, count(*) filter (where parked_at is not null)::int as parked
        from work group by kind`
      return (await pool.query<{ kind: string; due: number; parked: number }>(text)).rows
    },
  }
}

const rowsOf = (work: readonly ClaimedWork[]) => [
  work.map(({ kind }) => kind),
  work.map(({ key }) => key),
  work.map(({ version }) => version),
]

/** One row per kind and key, the latest asking winning; a statement may not touch a row twice. In order, so that no two wait for each other. */
const columns = (work: readonly CausedWork[]): (string | null)[][] => {
  const latest = [...new Map(work.map((one) => [`${one.kind}\n${one.key}`, one]))]
  const unique = latest.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
  return [
    unique.map(({ kind }) => kind),
    unique.map(({ key }) => key),
    unique.map(({ dueAt }) => dueAt ?? null),
    unique.map(({ causeId }) => causeId),
    unique.map(({ correlationId }) => correlationId),
  ]
}
