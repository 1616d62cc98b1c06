import type { ClientBase } from 'pg'
import type { Feed, Generation, SetAside } from '../../app/projection-store.ts'
import type { Recorded } from '../../kernel/event.ts'
import { streamOf } from '../../kernel/ids.ts'
import { Overtaken } from '../../app/projection-store.ts'
import { storable } from './array-literals.ts'
import { isContention, isUnavailable, sqlStateOf } from './connections.ts'
import { NoSuchColumn } from './write-changes.ts'

/** What each generation of a read model could not take in and passed over. */
export const setAsideTable = `
  create table if not exists public.projection_set_aside (
    name text not null,
    generation integer not null,
    position text collate "C" not null,
    event_id text not null,
    event_type text not null,
    stream text not null,
    reason text not null,
    at timestamptz not null default now(),
    primary key (name, generation, position));`

/** How many of a generation's are shown, the newest. */
const mostShown = 10

type Row = Readonly<{
  name: string
  generation: number
  position: string
  event_id: string
  event_type: string
  stream: string
  reason: string
  at: string
  total: number
}>

/** What has been set aside, by generation; nothing before the table is there. */
export const readSetAside = async (
  client: ClientBase,
): Promise<(of: Pick<Generation, 'name' | 'generation'>) => Generation['setAside']> => {
  const { rows } = await client.query<Row>(
    `select * from (
       select *, count(*) over (partition by name, generation)::int as total,
         row_number() over (partition by name, generation order by position desc) as place
       from public.projection_set_aside) a
     where place <= ${String(mostShown)} order by position desc`,
  )
  return ({ name, generation }) => {
    const own = rows.filter((row) => row.name === name && row.generation === generation)
    return { count: own[0]?.total ?? 0, newest: own.map(setAsideOf) }
  }
}

const setAsideOf = ({ position, event_id, event_type, stream, reason, at }: Row): SetAside => ({
  ...{ position, eventId: event_id, type: event_type, stream, reason, at },
})

/** How many each of these generations has set aside so far, by schema. */
export const countSetAside = async (client: ClientBase, feeds: readonly Feed[]): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await client.query<{ name: string; generation: number; count: number }>(
    `select name, generation, count(*)::int as count from public.projection_set_aside
     where name = any($1) group by name, generation`,
    [feeds.map(({ name }) => name)],
  )
  const countOf = (feed: Feed) => rows.find(({ name, generation }) => name === feed.name && generation === feed.generation)?.count
  return new Map(feeds.map((feed) => [feed.schema, countOf(feed) ?? 0]))
}

/** Notes what a generation passes over, in the transaction that moves its checkpoint beyond. */
export const insertSetAside = async (
  client: ClientBase,
  { name, generation }: Pick<Feed, 'name' | 'generation'>,
  failures: readonly Readonly<{ event: Recorded; reason: string }>[],
): Promise<void> => {
  if (failures.length === 0) return
  await client.query(
    `insert into public.projection_set_aside (name, generation, position, event_id, event_type, stream, reason)
     select $1, $2, u.* from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) u on conflict do nothing`,
    [
      ...[name, generation],
      failures.map(({ event }) => event.position),
      failures.map(({ event }) => storable(event.eventId)),
      failures.map(({ event }) => storable(event.type)),
      failures.map(({ event: { category, id } }) => storable(streamOf(category, id))),
      failures.map(({ reason }) => storable(reason)),
    ],
  )
}

/** Forgets what a generation passed over. */
export const deleteSetAside = async (
  client: ClientBase,
  { name, generation }: Pick<Feed, 'name' | 'generation'>,
): Promise<void> => {
  await client.query('delete from public.projection_set_aside where name = $1 and generation = $2', [name, generation])
}

/** SQLSTATEs beside classes 22 and 23 that speak of values: a row twice in one statement, too long for an index, too deep. */
const statesOfValues: readonly string[] = ['21000', '54000', '54001']

/**
 * True when an event is to blame: Postgres refused a value of it, or the read model's own function threw at it. Not when the database ails, nor
 * when a table or column is not as the read model thinks: another event would fare no better.
 */
export const isFaultOfEvent = (error: unknown): boolean => {
  if (isUnavailable(error) || isContention(error)) return false
  if (error instanceof Overtaken || error instanceof NoSuchColumn || error instanceof DriverFault) return false
  const state = sqlStateOf(error)
  return state === '' || /^2[23]/.test(state) || statesOfValues.includes(state)
}

/** The client of the database failed without a word of the server. */
export class DriverFault extends Error {
  override readonly name = 'DriverFault'
}

/** Says what went wrong without the event's data, which may be personal: Postgres and parsers put values behind a colon. */
export const describe = (error: unknown): string => {
  const state = sqlStateOf(error)
  if (!(error instanceof Error)) return 'Something was thrown that is no error.'
  return `${state === '' ? error.name : `SQL ${state}`}: ${withoutValues(error, state)}`.slice(0, 500)
}

const withoutValues = (error: Error, state: string): string => {
  if (state.startsWith('22') || error instanceof SyntaxError) return error.message.replace(/[:"].*$/s, '').trim()
  // V8 quotes the value in which something was looked for.
  return error instanceof TypeError ? error.message.replace(/(search for '[^']*') in .*$/s, '$1') : error.message
}
