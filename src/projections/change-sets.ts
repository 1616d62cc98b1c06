import type { ChangeSetEvent } from '../domain/change-sets/events.ts'
import { intentTypes } from '../domain/change-sets/intents.ts'
import type { AnyEvent, OfType, Recorded } from '../kernel/event.ts'
import type { Change, Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type ChangeSetRow = Readonly<{
  change_set_id: string
  /** Of the last thing that an admin did under it. */
  last_position: string
  at: string
  actor_id: string
  undone_by: string | null
  undoes: string | null
}>

/** What admins did with one intent, by the correlation that all of it shares. Only what they did themselves makes a change set. */
export const changeSets: Projection<AnyEvent, ChangeSetRow> = {
  name: 'change_sets',
  version: 2,
  schema: `
    change_set_id text not null,
    last_position text collate "C" not null,
    at timestamptz not null,
    actor_id text not null,
    undone_by text,
    undoes text`,
  key: ['change_set_id'],
  indexes: ['(last_position)'],

  on: {
    ...Object.fromEntries(intentTypes.map((type) => [type, (event: Recorded) => (isIntent(event) ? done(event) : [])])),
    ChangeSetUndone: (event: Recorded) => {
      const { by } = (event as Recorded<OfType<ChangeSetEvent, 'ChangeSetUndone'>>).data
      return [
        { where: { change_set_id: event.id }, change: { undone_by: by } },
        { where: { change_set_id: by }, set: { ...done(event).set, undoes: event.id } },
      ]
    },
  },
}

/** Commands that follow from settings are queued by whoever is at hand; an admin asks for the others. */
const isIntent = ({ type, data, metadata }: Recorded): boolean =>
  metadata.actor.kind === 'admin' &&
  (type !== 'CommandsQueued' ||
    (data as { commands: readonly { reason: { code: string } }[] }).commands.some(({ reason }) => reason.code === 'asked'))

const done = ({ position, at, metadata: { actor, $correlationId } }: Recorded) =>
  ({
    where: { change_set_id: $correlationId },
    set: { last_position: position, at, actor_id: actor.id },
  }) satisfies Change<ChangeSetRow>

export type CountedChangeSet = ChangeSetRow &
  Readonly<{
    /** How many things an admin did. */
    events: number
    /** The activities that they are, in order of name. */
    kinds: readonly string[]
    hosts: number
    /** Of its transfers that are under way: how many hosts they are about, and with how many they are done; null: there are none. */
    moving_hosts: number | null
    moving_done: number | null
  }>

const counted = `
  select c.*, t.events, t.kinds, m.moving_hosts, m.moving_done, (
      select count(*) from (
        select host_id from timeline where correlation_id = c.change_set_id and host_id is not null
        union select host_id from change_set_effects where change_set_id = c.change_set_id) touched)::int as hosts
  from change_sets c cross join lateral (
    select count(*)::int as events, coalesce(array_agg(distinct activity), '{}') as kinds from timeline
    where correlation_id = c.change_set_id and actor_kind = 'admin' and type = any($1)) t
  cross join lateral (
    select sum(hosts)::int as moving_hosts, sum(done)::int as moving_done from transfers
    where change_set_id = c.change_set_id and ended_at is null) m`

/** A page of change sets, the newest first. */
export const changeSetsPage = (limit: number, offset: number) => ({
  text: `${counted} where c.change_set_id in (select change_set_id from change_sets order by last_position desc limit $2 offset $3)
    order by c.last_position desc`,
  values: [intentTypes, limit, offset],
  row: undefined as unknown as CountedChangeSet,
})

export const changeSetById = (changeSetId: string) => ({
  text: `${counted} where c.change_set_id = $2`,
  values: [intentTypes, changeSetId],
  row: undefined as unknown as CountedChangeSet,
})

/** Change sets by id, without counts: to name who made a later change. */
export const changeSetsAmong = (changeSetIds: readonly string[]) =>
  query<ChangeSetRow>`select * from change_sets where change_set_id = any(${changeSetIds})`

export type IntentRow = Readonly<{
  event_position: string
  at: string
  type: string
  activity: string
  category: string
  subject: string
  actor_id: string
  /** The change set. */
  correlation_id: string
  host_id: string | null
  details: Readonly<Record<string, unknown>>
  name: string | null
  team_id: string | null
  team_name: string | null
}>

/** What an admin did, with what the thing is called now, or was last. */
const named = `
  select t.event_position, t.at, t.type, t.activity, t.category, t.subject, t.actor_id, t.host_id, t.details, t.correlation_id,
         coalesce(p.name, l.name, h.name, h.serial, h.hardware_id, case when t.category = 'team' then g.name end) as name,
         coalesce(t.team_id, p.team_id) as team_id, g.name as team_name
  from timeline t
  left join profiles p on t.category = 'profile' and p.profile_id = t.subject
  left join labels l on t.category = 'label' and l.label_id = t.subject
  left join hosts h on h.host_id = t.host_id
  left join teams g on g.team_id = coalesce(t.team_id, p.team_id)
  where t.actor_kind = 'admin' and t.type = any($1)`

/** What admins did under a change set, in order; what stands after `after`. */
export const intentsOf = (changeSetId: string, after: string, limit: number) => ({
  text: `${named} and t.correlation_id = $2 and t.event_position > $3 collate "C" order by t.event_position limit $4`,
  values: [intentTypes, changeSetId, after, limit],
  row: undefined as unknown as IntentRow,
})

/** The first thing that was done under each of these change sets. */
export const firstIntentsOf = (changeSetIds: readonly string[]) => ({
  text: `select i.* from unnest($2::text[]) as c (id) cross join lateral (
    ${named} and t.correlation_id = c.id order by t.event_position limit 1) i`,
  values: [intentTypes, changeSetIds],
  row: undefined as unknown as IntentRow,
})

/** The settings, labels and teams that something happened to under a change set, be it by a worker. */
export const thingsTouchedBy = (changeSetId: string) =>
  query<Readonly<{ category: 'profile' | 'label' | 'team'; subject: string }>>`
    select distinct category, subject from timeline
    where correlation_id = ${changeSetId} and category in ('profile', 'label', 'team') order by category, subject`

/** Settings that name one of these labels now. */
export const profilesNaming = (labelId: string) =>
  query<Readonly<{ profile_id: string; name: string }>>`
    select profile_id, name from profiles where deleted_at is null
      and (targets->'includeAll' ? ${labelId} or targets->'includeAny' ? ${labelId} or targets->'excludeAny' ? ${labelId})
    order by name limit 20`

/** Whether somebody is in a team, or something is for it. */
export const useOfTeam = (teamId: string) =>
  query<Readonly<{ hosts: number; profiles: number }>>`
    select (select count(*) from hosts where team_id = ${teamId})::int as hosts,
           (select count(*) from profiles where team_id = ${teamId} and deleted_at is null)::int as profiles`
