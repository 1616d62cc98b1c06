import type { ClientBase } from 'pg'
import type { Generation, GenerationStatus } from '../../app/projection-store.ts'
import { workName } from '../../app/projection-store.ts'

/** First keys of the two-part advisory locks taken here. */
export const locks = { leader: 77_302_001, tables: 77_302_002, overlay: 77_302_003 } as const

/** Where each generation of each read model stands. The checkpoint of `work` is kept here, too. */
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
  create unique index if not exists projection_state_shown on public.projection_state (name) where shown;`

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

/** All generations, oldest first; none when the table is not there yet. */
export const readStates = async (client: ClientBase): Promise<readonly Generation[]> => {
  const { rows: found } = await client.query<{ here: boolean }>(
    `select to_regclass('public.projection_state') is not null as here`,
  )
  if (found[0]?.here !== true) return []
  const { rows } = await client.query<StateRow>('select * from public.projection_state order by name, generation')
  return rows.map(generationOf)
}

const generationOf = ({ name, version, generation, schema, shown, status, position, events, ...row }: StateRow): Generation => ({
  ...{ name, version, generation, schema, shown, status, position, events },
  failure:
    row.error === null
      ? null
      : {
          error: row.error,
          event: { eventId: row.failed_event ?? '', type: row.failed_type ?? '', position: row.failed_position ?? '' },
        },
})

/** Gives work its checkpoint if it has none. */
export const insertWorkState = `
  insert into public.projection_state (name, version, generation, schema, shown, status)
  values ('${workName}', 1, 1, 'public', true, 'live') on conflict do nothing`
