import type { ProfileScope, SettingsKind } from '../domain/profiles/events.ts'
import { query } from '../kernel/query.ts'

/** A cohort with its team's name; `hosts` of its `members` are enrolled. */
export type CohortRow = Readonly<{
  cohort_id: string
  family: string
  team_id: string
  team_name: string | null
  labels: readonly string[]
  known: readonly string[]
  members: number
  hosts: number
}>

/** A setting in one of a cohort's two sets. */
export type DesiredRow = Readonly<{
  profile_id: string
  kind: SettingsKind
  identifier: string
  name: string
  checksum: string
  scope: ProfileScope
  since: string
  secrets_at: string | null
  mode: 'wanted' | 'held' | 'kept'
}>

/** Every cohort that has members, by team, with how many settings its hosts are to have. */
export const cohortsPage = ({ limit, offset }: Readonly<{ limit: number; offset: number }>) =>
  query<CohortRow & Readonly<{ wanted: number }>>`
    select c.*, t.name as team_name, (select count(*)::int from desired_profiles d where d.cohort_id = c.cohort_id) as wanted
    from cohorts c left join teams t using (team_id) order by c.team_id, c.cohort_id limit ${limit} offset ${offset}`

export const cohortById = (cohortId: string) =>
  query<CohortRow>`select c.*, t.name as team_name from cohorts c left join teams t using (team_id) where c.cohort_id = ${cohortId}`

/** Where a host belongs, and whether it is enrolled. */
export const cohortOfHost = (hostId: string) =>
  query<CohortRow & Readonly<{ enrolled: boolean }>>`
    select c.*, t.name as team_name, h.enrolled
    from cohort_hosts h join cohorts c using (cohort_id) left join teams t on t.team_id = c.team_id where h.host_id = ${hostId}`

/** Both sets of a cohort, by name. */
export const setsOfCohort = (cohortId: string) =>
  query<DesiredRow>`
    select profile_id, kind, identifier, name, checksum, scope, since, secrets_at, 'wanted' as mode
    from desired_profiles where cohort_id = ${cohortId}
    union all
    select profile_id, kind, identifier, name, checksum, scope, since, secrets_at, mode
    from spared_profiles where cohort_id = ${cohortId} order by name, profile_id`

/** Settings of a team that are there, or were deleted after `since` (null: whenever). */
export const settingsEverOf = (teamId: string, since: string | null, limit: number) =>
  query<Readonly<{ profile_id: string }>>`
    select profile_id from profiles
    where team_id = ${teamId} and (deleted_at is null or ${since}::timestamptz is null or deleted_at > ${since}::timestamptz)
    order by profile_id limit ${limit}`

/** What settings are called, deleted ones too. */
export const settingNames = (profileIds: readonly string[]) =>
  query<Readonly<{ profile_id: string; name: string }>>`
    select profile_id, name from profiles where profile_id = any(${profileIds})`
