import { query } from '../kernel/query.ts'

export type HostSummary = Readonly<{ platform: string; hosts: number; online: number; mia: number; new: number }>

/** How many hosts of a team (null: of all) there are by platform, and how they were heard of; `now` is ISO 8601. See `Presence`. */
export const hostSummary = (teamId: string | null, now: string) =>
  query<HostSummary>`
    select h.platform, count(*)::int as hosts,
           (count(*) filter (where s.seen_at > ${now}::timestamptz - interval '1 hour'))::int as online,
           (count(*) filter (where coalesce(s.seen_at, h.discovered_at) <= ${now}::timestamptz - interval '30 days'))::int as mia,
           (count(*) filter (where h.discovered_at > ${now}::timestamptz - interval '1 day'))::int as new
    from hosts h left join host_seen s on s.host_id = h.host_id
    where h.merged_into is null and (${teamId}::text is null or h.team_id = ${teamId}) group by h.platform order by h.platform`

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
