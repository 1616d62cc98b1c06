import type { Recorded } from '../../src/kernel/event.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import type { AnyProjection, Projection, SetProjection } from '../../src/kernel/projection.ts'
import { erased } from '../../src/kernel/projection.ts'
import type { Metadata } from '../../src/kernel/event.ts'
import type { EventLog } from '../../src/app/ports.ts'
import { appendAtEnd } from '../support/append-at-end.ts'

export type ToyEvent =
  | { type: 'BoxPlaced'; data: { name: string; tags: string[]; facts: object } }
  | { type: 'BoxNamed'; data: { name: string } }
  | { type: 'BoxTakenAway'; data: object }
  | { type: 'ThingsPutIn'; data: { things: string[] } }
  | { type: 'ThingTakenOut'; data: { thing: string } }
  | { type: 'BoxShaken'; data: { force: number } }

type BoxRow = Readonly<{
  box_id: string
  name: string
  tags: readonly string[]
  facts: object | null
  placed_at: string
  shakes: number
}>

export const boxes: Projection<ToyEvent, BoxRow> = {
  name: 'boxes',
  version: 1,
  schema: `
    box_id text not null,
    name text not null,
    tags text[] not null,
    facts jsonb,
    placed_at timestamptz not null,
    shakes integer not null default 7`,
  key: ['box_id'],
  indexes: ['(name)'],
  on: {
    BoxPlaced: ({ id, at, data }) => ({ where: { box_id: id }, set: { ...data, placed_at: at } }),
    BoxNamed: ({ id, data }) => ({ where: { box_id: id }, change: { name: data.name } }),
    BoxShaken: ({ id, data }) => ({ where: { box_id: id }, change: { shakes: data.force } }),
    BoxTakenAway: ({ id }) => ({ where: { box_id: id }, remove: true }),
  },
}

type ThingRow = Readonly<{ box_id: string; thing: string; place: number; shaken_by: number | null }>

export const things: Projection<ToyEvent, ThingRow> = {
  name: 'things',
  version: 1,
  schema: 'box_id text, thing text, place integer not null, shaken_by integer, primary key (box_id, thing)',
  key: ['box_id', 'thing'],
  on: {
    ThingsPutIn: ({ id, data }) => data.things.map((thing, place) => ({ where: { box_id: id, thing }, set: { place } })),
    ThingTakenOut: ({ id, data }) => ({ where: { box_id: id, thing: data.thing }, remove: true }),
    BoxShaken: ({ id, data }) => ({ where: { box_id: id }, change: { shaken_by: data.force } }),
    BoxTakenAway: ({ id }) => ({ where: { box_id: id }, remove: true }),
  },
}

/** How many boxes bear each name, computed over sets. */
export const nameCounts: SetProjection = {
  name: 'name_counts',
  version: 1,
  tables: ['name_counts'],
  schema: `
    create table box_names (box_id text primary key, name text not null);
    create table name_counts (name text primary key, boxes integer not null);`,
  types: ['BoxPlaced', 'BoxNamed', 'BoxTakenAway'],
  apply: async (sql, events) => {
    for (const { id, type, data } of events as readonly Recorded<ToyEvent>[]) {
      if (type === 'BoxPlaced')
        await sql('insert into box_names values ($1, $2) on conflict (box_id) do update set name = excluded.name', [
          id,
          data.name,
        ])
      if (type === 'BoxNamed') await sql('update box_names set name = $2 where box_id = $1', [id, data.name])
      if (type === 'BoxTakenAway') await sql('delete from box_names where box_id = $1', [id])
    }
    await sql('delete from name_counts')
    await sql('insert into name_counts select name, count(*) from box_names group by name')
  },
}

export const toys: readonly AnyProjection[] = [erased(boxes), erased(things), nameCounts]

export const metadata: Metadata = {
  $correlationId: 'toy',
  $causationId: 'toy',
  actor: { kind: 'server', id: 'toy' },
  at: '2026-01-02T03:04:05.678Z',
  hostIds: [],
}

let appended = 0

/** Appends events to a box's stream; answers the last one's position. */
export const put = async (log: EventLog, id: string, ...events: readonly ToyEvent[]): Promise<string> => {
  const news = events.map((event) => ({ ...event, eventId: derivedId(`toy ${String(++appended)}`), metadata }))
  return (await appendAtEnd(log, `box-${id}`, news)).position
}

export const placed = (name: string, facts: object = {}): ToyEvent => ({
  type: 'BoxPlaced',
  data: { name, tags: ['a "b"', 'c\\'], facts },
})
export const named = (name: string): ToyEvent => ({ type: 'BoxNamed', data: { name } })
export const filled = (...things: string[]): ToyEvent => ({ type: 'ThingsPutIn', data: { things } })
export const takenOut = (thing: string): ToyEvent => ({ type: 'ThingTakenOut', data: { thing } })
export const shaken = (force: number): ToyEvent => ({ type: 'BoxShaken', data: { force } })
export const takenAway: ToyEvent = { type: 'BoxTakenAway', data: {} }
