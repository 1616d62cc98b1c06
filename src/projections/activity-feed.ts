import { query } from '../kernel/query.ts'
import type { TimelineRow } from './timeline.ts'

/** An entry with the names that its host, team and profile have now, or had last. */
export type ActivityRow = TimelineRow &
  Readonly<{
    host_name: string | null
    host_serial: string | null
    host_platform: string | null
    team_name: string | null
    profile_name: string | null
    profile_identifier: string | null
  }>

/** `before` and `after` are exclusive positions, `actor` a part of the actor's name; null asks for nothing. */
export type ActivityFilter = Readonly<{
  before: string | null
  after: string | null
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
  type: null,
  actor: null,
  hostId: null,
  changeSet: null,
  order: 'desc',
  offset: 0,
}

/** Entries in the order of the log, or the other way round. */
export const activityPage = ({ order, ...filter }: ActivityFilter) => {
  const newestFirst = newestPage(filter)
  return order === 'desc' ? newestFirst : { ...newestFirst, text: newestFirst.text.replace(/ desc limit /, ' limit ') }
}

const newestPage = ({ before, after, type, actor, hostId, changeSet, limit, offset }: Omit<ActivityFilter, 'order'>) =>
  query<ActivityRow>`
    select a.*, coalesce(h.name, h.serial, h.hardware_id) as host_name, h.serial as host_serial, h.platform as host_platform,
           t.name as team_name
    from (
      select l.event_position, l.at, l.type, l.category, l.subject, l.actor_kind, l.actor_id, l.correlation_id, l.host_id, l.profile_id, l.details,
             coalesce(l.team_id, p.team_id) as team_id, p.name as profile_name, p.identifier as profile_identifier,
             case when l.activity in ('created_profile', 'edited_profile', 'deleted_profile')
                  then replace(l.activity, '_profile', case when p.family = 'windows' then '_windows_profile'
                    when p.kind = 'declaration' then '_declaration_profile' else '_macos_profile' end)
                  else l.activity end as activity
      from timeline l left join profiles p on p.profile_id = l.profile_id) a
    left join hosts h on h.host_id = a.host_id
    left join teams t on t.team_id = a.team_id
    where (${before}::text is null or a.event_position < ${before} collate "C")
      and (${after}::text is null or a.event_position > ${after} collate "C")
      and (${type}::text is null or a.activity = ${type})
      and (${actor}::text is null or a.actor_kind = 'admin' and a.actor_id ilike '%' || ${actor} || '%')
      and (${hostId}::text is null or a.host_id = ${hostId})
      and (${changeSet}::text is null or a.correlation_id = ${changeSet})
    order by a.event_position desc limit ${limit} offset ${offset}`

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
