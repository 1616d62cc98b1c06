import type { Query, ToParameter } from '../kernel/query.ts'
import { parameters } from '../kernel/query.ts'
import { activityOf, roleActivities } from './activity-words.ts'
import type { TimelineRow } from './timeline.ts'
import { timeline } from './timeline.ts'

/** An entry with the names that its host, team and profile have now, or had last. */
export type ActivityRow = Omit<TimelineRow, 'admin_id'> &
  Readonly<{
    host_name: string | null
    host_serial: string | null
    host_platform: string | null
    team_name: string | null
    profile_name: string | null
    profile_identifier: string | null
    label_name: string | null
    user_name: string | null
    user_email: string | null
  }>

/** `before` and `after` are exclusive positions, `since` and `until` inclusive times, `actor` a part of the actor's name; null asks for nothing. */
export type ActivityFilter = Readonly<{
  before: string | null
  after: string | null
  since: string | null
  until: string | null
  type: string | null
  actor: string | null
  hostId: string | null
  changeSet: string | null
  order: 'asc' | 'desc'
  limit: number
  offset: number
}>

export const everyActivity: Omit<ActivityFilter, 'limit'> = {
  before: null,
  after: null,
  since: null,
  until: null,
  type: null,
  actor: null,
  hostId: null,
  changeSet: null,
  order: 'desc',
  offset: 0,
}

/**
 * Entries in the order of the log, or the other way round. The page is cut out of the timeline before anything is joined to it, along an index:
 * so it takes as long in the middle of a million entries as at their end.
 */
export const activityPage = (filter: ActivityFilter): Query<ActivityRow> => {
  const { values, value } = parameters()
  const page = pageOf(filter, value)
  const text = `
    select l.event_position, l.at, l.type, l.category, l.subject, l.actor_kind, l.actor_id, l.correlation_id, l.host_id, l.profile_id, l.details,
           coalesce(l.team_id, p.team_id) as team_id, p.name as profile_name, p.identifier as profile_identifier,
           case when l.activity in ('created_profile', 'edited_profile', 'deleted_profile')
                then replace(l.activity, '_profile', case when p.family = 'windows' then '_windows_profile'
                  when p.kind = 'declaration' then '_declaration_profile' else '_macos_profile' end)
                else l.activity end as activity,
           coalesce(h.name, h.serial, h.hardware_id) as host_name, h.serial as host_serial, h.platform as host_platform, t.name as team_name,
           b.name as label_name, u.name as user_name, u.email as user_email
    from (${page}) l
    left join profiles p on p.profile_id = l.profile_id
    left join hosts h on h.host_id = l.host_id
    left join teams t on t.team_id = coalesce(l.team_id, p.team_id)
    left join labels b on l.category = 'label' and b.label_id = l.subject
    left join users u on l.category = 'user' and u.user_id = l.subject
    order by l.event_position ${filter.order}`
  return { text, values }
}

/**
 * The entries themselves: only what is asked for is a condition, so that the planner sees which index to walk. Where a walk along the log could
 * take long to find a page, because what is sought is rare, the page is put together from one short walk for each thing that it may be about.
 */
const pageOf = (filter: ActivityFilter, value: ToParameter): string => {
  const { before, after, since, until, type, actor, hostId, changeSet, order, limit, offset } = filter
  const deed = type === null ? null : deedOf(type)
  const part = actor === null ? null : value(actor)
  const isNarrow = hostId !== null || changeSet !== null
  const by = isNarrow ? null : deed !== null && deed.kind !== 'macos' ? 'profile_id' : part === null ? null : 'admin_id'
  const about = [
    ...(since === null ? [] : [`l.at >= ${value(since)}::timestamptz`]),
    ...(until === null ? [] : [`l.at <= ${value(until)}::timestamptz`]),
    ...(hostId === null ? [] : [`l.host_id = ${value(hostId)}`]),
    ...(changeSet === null ? [] : [`l.correlation_id = ${value(changeSet)}`]),
    ...(type === null ? [] : [unspoken.test(type) ? 'false' : `l.activity = ${value(deed?.activity ?? type)}`]),
    ...(deed === null || by === 'profile_id' ? [] : [isOfKind(deed.kind)]),
    ...(part === null || by === 'admin_id' ? [] : [`l.admin_id ilike '%' || ${part} || '%'`]),
  ]
  const window = `limit ${value(limit)} offset ${value(offset)}`
  if (by === null) {
    const within = [
      ...(before === null ? [] : [`l.event_position < ${value(before)} collate "C"`]),
      ...(after === null ? [] : [`l.event_position > ${value(after)} collate "C"`]),
    ]
    const where = [...within, ...about, 'true'].join(' and ')
    return `select * from timeline l where ${where} order by l.event_position ${order} ${window}`
  }
  // Compared as pairs, and in the order of pairs, so that no plan but the walk along their index will do: neither sorting all that one admin
  // ever did, nor walking through a log in which another did next to nothing.
  const pair = `(l.${by}, l.event_position)`
  const within = [
    `${pair} > (things.${by}, ${value(after ?? '')} collate "C")`,
    `${pair} < (things.${by}, ${value(before ?? '~')} collate "C")`,
  ]
  const things =
    by === 'admin_id' ? adminsCalled(part ?? '') : `select k.profile_id from profiles k where ${kinds[deed?.kind ?? 'macos']}`
  return `
    select l.* from (${things}) things cross join lateral (
      select * from timeline l where ${[`l.${by} is not null`, ...within, ...about].join(' and ')}
      order by l.${by} ${order}, l.event_position ${order} limit ${value(limit + offset)}) l
    order by l.event_position ${order} ${window}`
}

/** The admins in whose names this is, found by leaping from one name to the next: they are few, and their deeds many. */
const adminsCalled = (part: string): string => `
  with recursive admins(admin_id) as (
    (select admin_id from timeline where admin_id is not null order by admin_id limit 1)
    union all
    select (select l.admin_id from timeline l where l.admin_id > a.admin_id order by l.admin_id limit 1)
    from admins a where a.admin_id is not null)
  select admin_id from admins where admin_id ilike '%' || ${part} || '%'`

type Kind = 'macos' | 'windows' | 'declaration'

/** Of profiles, the entry says what was done, and the profile what kind it is of; null for what is said by the entry alone. */
const deedOf = (type: string): Readonly<{ activity: string; kind: Kind }> | null => {
  const [, deed, kind] = /^(created|edited|deleted)_(macos|windows|declaration)_profile$/.exec(type) ?? []
  return deed === undefined || kind === undefined ? null : { activity: `${deed}_profile`, kind: kind as Kind }
}

/** What entries of profiles are called before their kind is known: nobody is told such a word. */
const unspoken = /^(created|edited|deleted)_profile$/

const kinds: Readonly<Record<Kind, string>> = {
  windows: "k.family = 'windows'",
  declaration: "k.family <> 'windows' and k.kind = 'declaration'",
  macos: "k.family <> 'windows' and k.kind <> 'declaration'",
}

/** Everything that an activity can be called, in the order of letters. */
export const activityTypes: readonly string[] = [
  ...new Set(
    Object.keys(timeline.on).flatMap((type) => {
      if (type === 'UserRightsChanged') return Object.values(roleActivities)
      const activity = activityOf(type)
      const kindless = unspoken.exec(activity)
      return kindless === null ? [activity] : Object.keys(kinds).map((kind) => `${String(kindless[1])}_${kind}_profile`)
    }),
  ),
].sort()

/** A profile of which nothing is known is told as one for Macs. */
const isOfKind = (kind: Kind): string =>
  kind === 'macos'
    ? `not exists (select from profiles k where k.profile_id = l.profile_id and not (${kinds.macos}))`
    : `exists (select from profiles k where k.profile_id = l.profile_id and ${kinds[kind]})`

/** An activity in Fleet's JSON, with the event that it is told of. */
export const activityJson = (row: ActivityRow) => ({
  id: row.event_position,
  created_at: row.at,
  actor_id: row.actor_kind === 'admin' ? row.actor_id : null,
  actor_full_name: row.actor_id,
  actor_email: '',
  actor_gravatar: '',
  type: row.activity,
  fleet_initiated: row.actor_kind !== 'admin',
  details: {
    ...(row.label_name !== null && { label_name: row.label_name }),
    ...(row.user_name !== null && { user_name: row.user_name, user_email: row.user_email }),
    ...row.details,
    ...(row.host_id !== null && {
      host_id: Number(row.host_id),
      host_display_name: row.host_name ?? `Host ${row.host_id}`,
      host_serial: row.host_serial,
      host_platform: row.host_platform,
    }),
    ...(row.profile_id !== null && { profile_name: row.profile_name, profile_identifier: row.profile_identifier }),
    ...(row.activity.endsWith('_declaration_profile') && { identifier: row.profile_identifier }),
    ...((row.team_id !== null || row.profile_id !== null) && teamOf(row)),
  },
  event: row.type,
  category: row.category,
  subject: row.subject,
  actor_kind: row.actor_kind,
  change_set: row.correlation_id,
  host_id: row.host_id === null ? null : Number(row.host_id),
})

/** No team is null, both. A deleted team has the name that the entry itself says, if it does. */
const teamOf = ({ team_id, team_name }: ActivityRow) =>
  team_id === null || team_id === '0'
    ? { team_id: null, team_name: null }
    : { team_id: Number(team_id), ...(team_name !== null && { team_name }) }
