import type { ClientBase } from 'pg'
import type { Generation, GenerationStatus } from '../../app/projection-store.ts'
import { workName } from '../../app/projection-store.ts'
import { readSetAside, setAsideTable } from './set-aside.ts'

/** First keys of the two-part advisory locks taken here. */
export const locks = { leader: 77_302_001, tables: 77_302_002, overlay: 77_302_003 } as const

/** Where each generation of each read model stands, and what it passed over. The checkpoint of `work` is kept here, too. */
export const stateTable = `
  create table if not exists public.projection_state (
    name text not null,
    version integer not null,
    generation integer not null,
    schema text not null,
    shown boolean not null,
    status text not null check (status in ('live', 'building', 'stuck', 'retired')),
    position text collate "C",
    events bigint not null default 0,
    error text,
    failed_event text,
    failed_type text,
    failed_position text collate "C",
    updated_at timestamptz not null default now(),
    primary key (name, generation));
  create unique index if not exists projection_state_shown on public.projection_state (name) where shown;
  ${setAsideTable}`

type StateRow = Readonly<{
  name: string
  version: number
  generation: number
  schema: string
  shown: boolean
  status: GenerationStatus
  position: string | null
  events: number
  error: string | null
  failed_event: string | null
  failed_type: string | null
  failed_position: string | null
}>

/** All generations, oldest first; none when the tables are not there yet. */
export const readStates = async (client: ClientBase): Promise<readonly Generation[]> => {
  const { rows: found } = await client.query<{ here: boolean }>(
    `select to_regclass('public.projection_state') is not null and to_regclass('public.projection_set_aside') is not null as here`,
  )
  if (found[0]?.here !== true) return []
  const [{ rows }, setAside] = await Promise.all([
    client.query<StateRow>('select * from public.projection_state order by name, generation'),
    readSetAside(client),
  ])
  return rows.map((row) => ({ ...generationOf(row), setAside: setAside(row) }))
}

const generationOf = (row: StateRow): Omit<Generation, 'setAside'> => {
  const { name, version, generation, schema, shown, status, position, events } = row
  const { error, failed_event, failed_type, failed_position } = row
  const event = { eventId: failed_event ?? '', type: failed_type ?? '', position: failed_position ?? '' }
  return {
    ...{ name, version, generation, schema, shown, status, position, events },
    failure: error === null ? null : { error, event },
  }
}

/** Gives work its checkpoint if it has none. */
export const insertWorkState = `
  insert into public.projection_state (name, version, generation, schema, shown, status)
  values ('${workName}', 1, 1, 'public', true, 'live') on conflict do nothing`
