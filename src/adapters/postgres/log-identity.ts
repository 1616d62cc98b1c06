import type { ClientBase, Pool } from 'pg'
import type { LogIdentity, LogIdentityStore, LogMark } from '../../app/log-identity-store.ts'
import type { Position, Recorded } from '../../kernel/event.ts'
import { streamOf } from '../../kernel/ids.ts'
import { locks } from './projection-states.ts'

/** What tells this server's log from another. It outlives the read models: they may be filled anew, from the same log. */
export const logIdentityTable = `
  create table if not exists public.log_identity (
    mark text primary key check (mark in ('first', 'last')),
    stream text not null,
    revision bigint not null,
    event_id text not null,
    position text collate "C" not null,
    at text not null);`

/** Remembers the last event of a batch that was projected, and the first of all when the batch is the first. Part of the batch's transaction. */
export const markBatch = async (client: ClientBase, from: Position | null, events: readonly Recorded[]): Promise<void> => {
  const [first, last] = [events[0], events.at(-1)]
  if (first === undefined || last === undefined) return
  if (from === null) await client.query({ name: 'mark_first', text: insertMark('do nothing'), values: valuesOf('first', first) })
  await client.query({ name: 'mark_last', text: insertMark(moveOn), values: valuesOf('last', last) })
}

const insertMark = (conflict: string): string =>
  `insert into public.log_identity (mark, stream, revision, event_id, position, at) values ($1, $2, $3, $4, $5, $6)
   on conflict (mark) ${conflict}`

const moveOn = `do update set stream = excluded.stream, revision = excluded.revision, event_id = excluded.event_id,
  position = excluded.position, at = excluded.at where log_identity.position < excluded.position`

const valuesOf = (mark: 'first' | 'last', { category, id, revision, eventId, position, at }: Recorded) => [
  ...[mark, streamOf(category, id), revision, eventId, position, at],
]

type MarkRow = LogMark & Readonly<{ mark: 'first' | 'last' }>

/** In the table `log_identity`, beside the read models. */
export const postgresLogIdentity = (pool: Pool): LogIdentityStore => ({
  known: async () => {
    const { rows } = await pool.query<MarkRow>(
      `select mark, stream, revision, event_id as "eventId", position, at from public.log_identity`,
    )
    const [first, last] = (['first', 'last'] as const).map((name) => rows.find(({ mark }) => mark === name))
    return first === undefined ? null : { first: markOf(first), last: markOf(last ?? first) }
  },

  farthest: async () => {
    const { rows: found } = await pool.query<{ here: boolean }>(
      `select to_regclass('public.projection_state') is not null as here`,
    )
    if (found[0]?.here !== true) return null
    const { rows } = await pool.query<{ farthest: string | null }>(
      'select max(position) as farthest from public.projection_state',
    )
    return rows[0]?.farthest ?? null
  },

  holdsServerKey: async () => {
    const { rows } = await pool.query<{ held: boolean }>(
      `select exists (select 1 from vault_keys where owner = 'server' and wrapped is not null) as held`,
    )
    return rows[0]?.held === true
  },

  remember: async ({ first, last }: LogIdentity) => {
    for (const [mark, { stream, revision, eventId, position, at }] of Object.entries({ first, last }))
      await pool.query(insertMark('do nothing'), [mark, stream, revision, eventId, position, at])
  },

  forget: async () => {
    await pool.query(forgetAll)
  },
})

const markOf = ({ stream, revision, eventId, position, at }: MarkRow): LogMark => ({
  ...{ stream, revision, eventId, position, at },
})

/** All that is derived from a log and stands in this database: the generations with their bookkeeping, the chain, and who was told how far. */
const forgetAll = `
  do $$ declare schema text; begin
    perform pg_advisory_xact_lock(${String(locks.tables)}, 0);
    for schema in select nspname from pg_namespace where nspname ~ '^rm_.*_v[0-9]+_g[0-9]+$' loop
      execute format('drop schema %I cascade', schema);
    end loop;
    drop table if exists public.projection_state, public.projection_set_aside;
    delete from public.log_identity;
    if to_regclass('public.audit_chain') is not null then truncate audit_chain; end if;
    if to_regclass('public.log_cursors') is not null then delete from log_cursors; end if;
  end $$;`
