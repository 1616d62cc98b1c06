import type { ClientBase } from 'pg'
import type { Feed, Generation } from '../../app/projection-store.ts'
import { Overtaken, workName } from '../../app/projection-store.ts'
import type { AnyProjection } from '../../kernel/projection.ts'
import type { ColumnType } from './array-literals.ts'
import { logIdentityTable } from './log-identity.ts'
import { insertWorkState, readStates, stateTable } from './projection-states.ts'
import { deleteSetAside } from './set-aside.ts'
import type { TableShape } from './write-changes.ts'
import { identifier } from './write-changes.ts'

/** Brings the bookkeeping up to the given projections; see `ProjectionStore.prepare`. Run it in a transaction, one process at a time. */
export const prepareTables = async (
  client: ClientBase,
  projections: readonly AnyProjection[],
  withWork: boolean,
): Promise<void> => {
  mustBeNamed(projections)
  await client.query(`${stateTable} ${logIdentityTable}`)
  if (withWork) await client.query(insertWorkState)
  const states = await readStates(client)
  for (const projection of projections) {
    const own = states.filter(({ name }) => name === projection.name)
    const shown = own.find((generation) => generation.shown)
    const known = own.some(({ version, status }) => version === projection.version && status !== 'retired')
    if (!known && (shown === undefined || shown.version < projection.version)) await beginGeneration(client, projection, own)
  }
}

const mustBeNamed = (projections: readonly AnyProjection[]): void => {
  const names = projections.map(({ name }) => name)
  const bad = names.find((name, at) => !/^[a-z][a-z0-9_]{0,39}$/.test(name) || name === workName || names.indexOf(name) !== at)
  if (bad !== undefined)
    throw new Error(`"${bad}" cannot name a projection: snake_case of at most 40 letters, unique, not "${workName}".`)
}

/** Makes the tables of a new generation; `own` are the generations there are. The very first is shown at once, empty as it is. */
export const beginGeneration = async (
  client: ClientBase,
  projection: AnyProjection,
  own: readonly Generation[],
): Promise<void> => {
  for (const unfinished of own.filter(({ shown }) => !shown)) await dropGeneration(client, unfinished)
  const generation = Math.max(0, ...own.map((one) => one.generation)) + 1
  const { name, version } = projection
  const schema = `rm_${name}_v${String(version)}_g${String(generation)}`
  const shown = !own.some((one) => one.shown)

  await client.query(`create schema ${schema}; set local search_path to ${schema}, public; ${definitionOf(projection)}`)
  await client.query('set local search_path to default')
  if ('key' in projection) await mustHaveKey(client, schema, projection)
  await deleteSetAside(client, { name, generation })
  await client.query(
    `insert into public.projection_state (name, version, generation, schema, shown, status) values ($1, $2, $3, $4, $5, 'building')`,
    [name, version, generation, schema, shown],
  )
  // What a newer version replaces is asked until then, but this version's code cannot feed it.
  await client.query(`update public.projection_state set status = 'retired' where name = $1 and shown and version < $2`, [
    name,
    version,
  ])
  if (shown) await showTables(client, schema, projection)
}

const definitionOf = (projection: AnyProjection): string => {
  if (!('key' in projection)) return projection.schema
  const { name, schema, indexes = [], searched = [] } = projection
  // Rows are rewritten often: room on the page spares the indexes.
  const table = `create table ${identifier(name)} (${schema}, position text collate "C" not null) with (fillfactor = 85);`
  return [
    table,
    ...indexes.map((index) => `create index on ${identifier(name)} ${index};`),
    ...searched.map((text) => trigramsOf(name, text)),
  ].join('\n')
}

/**
 * An index of trigrams (https://www.postgresql.org/docs/current/pgtrgm.html), where the extension is there or may be made: not every server has
 * it, and not every user may. What waits to be sorted into it is looked through by each search, so it is kept short.
 */
const trigramsOf = (table: string, text: string): string => `
  do $trigrams$ begin
    begin
      create extension if not exists pg_trgm with schema public;
    exception when insufficient_privilege or undefined_file or feature_not_supported then null;
    end;
    if exists (select from pg_extension where extname = 'pg_trgm') then
      execute format($index$create index on ${identifier(table)} using gin (${text} %I.gin_trgm_ops) with (gin_pending_list_limit = 256)$index$,
        (select extnamespace::regnamespace from pg_extension where extname = 'pg_trgm'));
    end if;
  end $trigrams$;`

const primaryKey = `
  select coalesce(array_agg(a.attname::text order by k.place), '{}') as columns
  from pg_index i, unnest(i.indkey) with ordinality as k(number, place), pg_attribute a
  where i.indrelid = to_regclass($1) and i.indisprimary and a.attrelid = i.indrelid and a.attnum = k.number`

const mustHaveKey = async (
  client: ClientBase,
  schema: string,
  { name, key }: Readonly<{ name: string; key: readonly string[] }>,
): Promise<void> => {
  const table = `${schema}.${identifier(name)}`
  const { rows } = await client.query<{ columns: string[] }>(primaryKey, [table])
  const columns = rows[0]?.columns ?? []
  if (columns.length === 0) await client.query(`alter table ${table} add primary key (${key.map(identifier).join(', ')})`)
  else if (columns.join() !== key.join())
    throw new Error(`The primary key of ${name} is (${columns.join(', ')}) in its schema, but (${key.join(', ')}) in its key.`)
}

const dropGeneration = async (client: ClientBase, { name, generation, schema }: Generation): Promise<void> => {
  await deleteSetAside(client, { name, generation })
  await client.query('delete from public.projection_state where name = $1 and generation = $2', [name, generation])
  await client.query(`drop schema if exists ${identifier(schema)} cascade`)
}

/** Makes these generations live, and those that questions see; drops the ones before. Throws `Overtaken` when one is gone. Run it in a transaction. */
export const showGenerations = async (client: ClientBase, feeds: readonly Feed[]): Promise<void> => {
  const states = await readStates(client)
  for (const feed of feeds) {
    const own = states.filter(({ name }) => name === feed.name)
    const next = own.find(({ generation }) => generation === feed.generation)
    if (next === undefined) throw new Overtaken(`Generation ${String(feed.generation)} of ${feed.name} is gone.`)
    const before = own.find((generation) => generation.shown)
    if (typeof feed.from !== 'function' && !next.shown) await showTables(client, next.schema, feed.from)
    if (before !== undefined && before !== next) await dropGeneration(client, before)
    await client.query(
      `update public.projection_state set status = 'live', shown = true, error = null, failed_event = null, failed_type = null,
         failed_position = null, updated_at = now()
       where name = $1 and generation = $2`,
      [feed.name, feed.generation],
    )
  }
}

/**
 * Points the views of `public` at a generation's tables, without the runner's own column. Views of others that look at them stay, if the
 * columns do.
 */
const showTables = async (client: ClientBase, schema: string, projection: AnyProjection): Promise<void> => {
  for (const table of 'key' in projection ? [projection.name] : projection.tables) {
    const view = `public.${identifier(table)}`
    const own = 'key' in projection ? 'position' : null
    const columns = [...(await columnTypes(client, schema, table)).keys()].filter((column) => column !== own)
    const select = `select ${columns.map(identifier).join(', ')} from ${identifier(schema)}.${identifier(table)}`
    await client.query('savepoint view')
    try {
      await client.query(`create or replace view ${view} as ${select}`)
    } catch {
      await client.query('rollback to savepoint view')
      await client.query(`drop view if exists ${view}; create view ${view} as ${select}`)
    }
    await client.query('release savepoint view')
  }
}

/** The table of a simple projection, from the catalogue; null when it is not there. */
export const readShape = async (
  client: ClientBase,
  schema: string,
  { name, key }: Readonly<{ name: string; key: readonly string[] }>,
): Promise<TableShape | null> => {
  const types = await columnTypes(client, schema, name)
  return types.size === 0 ? null : { schema, table: name, key, types }
}

const columnsQuery = `
  select a.attname::text as column, format_type(a.atttypid, null) as name, t.typcategory = 'A' as "isArray",
    coalesce(e.typname, t.typname) in ('json', 'jsonb') as "isJson"
  from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
  where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum`

const columnTypes = async (client: ClientBase, schema: string, table: string): Promise<ReadonlyMap<string, ColumnType>> => {
  const { rows } = await client.query<ColumnType & { column: string }>(columnsQuery, [
    `${identifier(schema)}.${identifier(table)}`,
  ])
  return new Map(rows.map(({ column, ...type }) => [column, type]))
}
