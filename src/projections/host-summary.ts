import type { Query } from '../kernel/query.ts'
import { query } from '../kernel/query.ts'

/** How many hosts of a team (null: of all) there are by platform. */
export const hostsByPlatform = (teamId: string | null): Query<Readonly<{ platform: string; hosts: number }>> => ({
  text: `select platform, count(*)::int as hosts from hosts where merged_into is null ${teamId === null ? '' : 'and team_id = $1'}
    group by platform order by platform`,
  values: teamId === null ? [] : [teamId],
})

export type HostsHeard = Readonly<{ online: number; mia: number; new: number }>

/** How many hosts of a team (null: of all) were heard of lately, not for long, and first of all; `now` is ISO 8601. See `Presence`. */
export const hostsHeard = (teamId: string | null, now: string): Query<HostsHeard> =>
  teamId === null ? heardOfAll(now) : heardOfTeam(teamId, now)

const heardOfTeam = (teamId: string, now: string) =>
  query<HostsHeard>`
    select (count(*) filter (where s.seen_at > ${now}::timestamptz - interval '1 hour'))::int as online,
           (count(*) filter (where coalesce(s.seen_at, h.discovered_at) <= ${now}::timestamptz - interval '30 days'))::int as mia,
           (count(*) filter (where h.discovered_at > ${now}::timestamptz - interval '1 day'))::int as new
    from hosts h left join host_seen s on s.host_id = h.host_id
    where h.merged_into is null and h.team_id = ${teamId}`

/** Hosts are held against when they were seen only where some were never seen at all: a fleet is counted faster than joined. */
const heardOfAll = (now: string) =>
  query<HostsHeard>`
    with seen as (
      select count(*) as hosts, count(*) filter (where s.seen_at > ${now}::timestamptz - interval '1 hour') as online,
             count(*) filter (where s.seen_at <= ${now}::timestamptz - interval '30 days') as mia
      from host_seen s),
    gone as (
      select count(*) as hosts, count(*) filter (where s.seen_at > ${now}::timestamptz - interval '1 hour') as online,
             count(*) filter (where s.seen_at <= ${now}::timestamptz - interval '30 days') as mia
      from hosts h join host_seen s on s.host_id = h.host_id where h.merged_into is not null)
    select (seen.online - gone.online)::int as online,
           (seen.mia - gone.mia + case when seen.hosts - gone.hosts >= (select coalesce(sum(members), 0) from cohorts) - (select count(*) from hosts where merged_into is not null) then 0 else (
             select count(*) from hosts h where h.merged_into is null and h.discovered_at <= ${now}::timestamptz - interval '30 days'
               and not exists (select from host_seen s where s.host_id = h.host_id)) end)::int as mia,
           (select count(*) from hosts h where h.merged_into is null and h.discovered_at > ${now}::timestamptz - interval '1 day')::int as new
    from seen, gone`

export type EnrollmentSummary = Readonly<{
  enrolled: number
  enrolled_windows: number
  personal: number
  pending: number
  unenrolled: number
  hosts: number
}>

/** How many hosts of a team and platform (null: of all) are enrolled how. */
export const enrollmentSummary = (teamId: string | null, platform: string | null) =>
  query<EnrollmentSummary>`
    select (count(*) filter (where stage = 'enrolled'))::int as enrolled,
           (count(*) filter (where stage = 'enrolled' and platform = 'windows'))::int as enrolled_windows, 0 as personal,
           (count(*) filter (where stage = 'started'))::int as pending,
           (count(*) filter (where stage in ('known', 'ended')))::int as unenrolled, count(*)::int as hosts
    from hosts where merged_into is null and (${teamId}::text is null or team_id = ${teamId}) and (${platform}::text is null or platform = ${platform})`
