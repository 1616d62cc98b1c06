import type { Criteria, LabelDefinition, LabelEvent, LabelKind, LabelMembershipEvent } from '../domain/labels/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type LabelRow = Readonly<{
  label_id: string
  name: string
  description: string
  platform: string | null
  kind: LabelKind
  query: string | null
  criteria: Criteria | null
  created_at: string
  updated_at: string
  deleted_at: string | null
}>

/** Every label that somebody made; deleted ones stay, marked, because settings may still name them. */
export const labels: Projection<LabelEvent, LabelRow> = {
  name: 'labels',
  version: 1,
  schema: `
    label_id text not null,
    name text not null,
    description text not null,
    platform text,
    kind text not null,
    query text,
    criteria jsonb,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz`,
  key: ['label_id'],

  on: {
    LabelCreated: ({ id, at, data: { kind, ...definition } }) => ({
      where: { label_id: id },
      set: { kind, created_at: at, updated_at: at, deleted_at: null, ...columnsOf(definition) },
    }),
    LabelEdited: ({ id, at, data }) => ({ where: { label_id: id }, change: { updated_at: at, ...columnsOf(data) } }),
    LabelDeleted: ({ id, at }) => ({ where: { label_id: id }, change: { deleted_at: at } }),
  },
}

export type LabelMemberRow = Readonly<{ label_id: string; host_id: string; since: string }>

/** Who is a member of which label; the built-in ones are told by the platform and not here. */
export const labelMembers: Projection<LabelMembershipEvent, LabelMemberRow> = {
  name: 'label_members',
  version: 1,
  schema: `
    host_id text not null,
    label_id text not null,
    since timestamptz not null`,
  key: ['host_id', 'label_id'],
  indexes: ['(label_id, host_id)'],

  on: {
    LabelMembershipChanged: ({ id, at, data: { joined, left } }) => [
      ...joined.map((labelId) => ({ where: { host_id: id, label_id: labelId }, set: { since: at } })),
      ...left.map((labelId) => ({ where: { host_id: id, label_id: labelId }, remove: true as const })),
    ],
  },
}

const columnsOf = ({ name, description, platform, query: sql, criteria }: LabelDefinition) => ({
  name,
  description,
  platform,
  query: sql,
  criteria,
})

export type CountedLabel = LabelRow & Readonly<{ hosts: number }>

/** The labels that are not deleted, with how many hosts each has. */
export const allLabels = () =>
  query<CountedLabel>`
    select l.*, (select count(*) from label_members m where m.label_id = l.label_id)::int as hosts
    from labels l where deleted_at is null order by lower(name), label_id limit 10000`

/** A label, deleted or not. */
export const labelById = (labelId: string) =>
  query<CountedLabel>`
    select l.*, (select count(*) from label_members m where m.label_id = l.label_id)::int as hosts
    from labels l where label_id = ${labelId}`

/** The labels of these ids, deleted ones too: to show what settings name. */
export const labelNames = (labelIds: readonly string[]) =>
  query<Pick<LabelRow, 'label_id' | 'name' | 'deleted_at'>>`
    select label_id, name, deleted_at from labels where label_id = any(${labelIds})`

/** Labels by name, without regard to case. */
export const labelsNamed = (names: readonly string[]) =>
  query<Pick<LabelRow, 'label_id' | 'name' | 'kind'>>`
    select label_id, name, kind from labels where deleted_at is null and lower(name) = any(${names.map((name) => name.toLowerCase())})`

/** What agents are asked: the queries of dynamic labels. */
export const dynamicLabels = () =>
  query<Readonly<{ label_id: string; query: string; platform: string | null }>>`
    select label_id, query, platform from labels where deleted_at is null and kind = 'dynamic' order by label_id`

/** The labels that ask for vitals. */
export const vitalLabels = () =>
  query<Readonly<{ label_id: string; criteria: Criteria }>>`
    select label_id, criteria from labels where deleted_at is null and kind = 'host-vitals' order by label_id`

/** A page of a label's members, by host id. */
export const membersOf = (labelId: string, after: string, limit: number) =>
  query<Readonly<{ host_id: string }>>`
    select host_id from label_members where label_id = ${labelId} and host_id > ${after} order by host_id limit ${limit}`

export const labelsOfHost = (hostId: string) =>
  query<Pick<LabelRow, 'label_id' | 'name' | 'kind'>>`
    select l.label_id, l.name, l.kind from label_members m join labels l using (label_id)
    where m.host_id = ${hostId} and l.deleted_at is null order by lower(l.name)`

/** A page of all hosts, by id. */
export const hostsAfter = (after: string, limit: number) =>
  query<Readonly<{ host_id: string }>>`select host_id from hosts where host_id > ${after} order by host_id limit ${limit}`
