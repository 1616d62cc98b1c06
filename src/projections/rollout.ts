import type { DesiredProfile } from '../domain/host-profiles/state.ts'
import type { SettingsKind } from '../domain/profiles/events.ts'
import type { Query } from '../kernel/query.ts'
import { query } from '../kernel/query.ts'

/** How many hosts stand where with one profile. `pending` counts those that wait, are on their way, or have yet to lose it. */
export type ProfileStatusCounts = Readonly<{ verified: number; verifying: number; failed: number; pending: number }>

/**
 * Counts hosts by their state of one profile. Pending is what the cohorts want less what is settled, so that it is right the moment the
 * desired sets are, before any host has a row.
 */
export const profileStatusCounts = (profileId: string) =>
  query<ProfileStatusCounts>`
    with wanted as (
      select coalesce(sum(c.hosts), 0)::int as hosts, max(d.checksum) as checksum
      from desired_profiles d join cohorts c using (cohort_id) where d.profile_id = ${profileId}),
    has as (
      select h.operation, h.status, h.checksum, count(*)::int as n
      from host_profiles h where h.profile_id = ${profileId} group by 1, 2, 3),
    settled as (
      select coalesce(sum(n) filter (where status = 'verified'), 0)::int as verified,
             coalesce(sum(n) filter (where status = 'verifying'), 0)::int as verifying,
             coalesce(sum(n) filter (where status = 'failed'), 0)::int as failed
      from has, wanted where has.operation = 'install' and has.checksum = wanted.checksum)
    select s.verified, s.verifying, s.failed,
           greatest(w.hosts - s.verified - s.verifying - s.failed, 0)
             + (select coalesce(sum(n), 0)::int from has where w.checksum is null and not (operation = 'remove' and status = 'failed'))
             as pending
    from wanted w, settled s`

/** How many hosts of a team stand where over all their profiles: the worst state of each host counts. */
export const teamStatusCounts = (teamId: string) =>
  query<ProfileStatusCounts>`
    with each as (
      select ch.host_id,
             coalesce(bool_or(h.status = 'failed' and (h.operation = 'remove' or h.checksum = d.checksum)), false) as failed,
             bool_or(h.host_id is null or h.checksum <> d.checksum or h.operation = 'remove' or h.status in ('waiting', 'pending')) as pending,
             coalesce(bool_or(h.status = 'verifying'), false) as verifying
      from cohort_hosts ch join desired_profiles d using (cohort_id)
      left join host_profiles h on h.host_id = ch.host_id and h.profile_id = d.profile_id
      where ch.team_id = ${teamId} and ch.enrolled group by ch.host_id)
    select count(*) filter (where failed)::int as failed,
           count(*) filter (where not failed and pending)::int as pending,
           count(*) filter (where not failed and not pending and verifying)::int as verifying,
           count(*) filter (where not failed and not pending and not verifying)::int as verified
    from each`

export type HostToReconcile = Readonly<{ host_id: string; cohort_id: string }>

/** Enrolled hosts of a team after `after`, in order of id: a page of those that a change of the team's settings concerns. */
export const hostsOfTeam = (teamId: string, after: string, limit: number) =>
  query<HostToReconcile>`
    select ch.host_id, ch.cohort_id from cohort_hosts ch
    where ch.enrolled and ch.cohort_id in (select cohort_id from cohorts where team_id = ${teamId}) and ch.host_id > ${after}
    order by ch.host_id limit ${limit}`

/**
 * Enrolled hosts after `after` that do not look like their cohort, whatever the reason: what a sweep must find even when every hint and
 * every row of work was lost.
 */
export const hostsThatDiffer = (after: string, limit: number) =>
  query<HostToReconcile>`
    select ch.host_id, ch.cohort_id from cohort_hosts ch
    where ch.enrolled and ch.host_id > ${after} and (
      exists (
        select from desired_profiles d left join host_profiles h on h.host_id = ch.host_id and h.profile_id = d.profile_id
        where d.cohort_id = ch.cohort_id
          and (h.host_id is null or h.operation = 'remove' or h.checksum <> d.checksum or h.status = 'waiting'
            or d.kind = 'profile' and d.secrets_at > coalesce(h.secrets_at, '-infinity')))
      or exists (
        select from host_profiles h
        where h.host_id = ch.host_id and h.operation = 'install'
          and not exists (select from desired_profiles d where d.cohort_id = ch.cohort_id and d.profile_id = h.profile_id)
          and not exists (select from spared_profiles s where s.cohort_id = ch.cohort_id and s.profile_id = h.profile_id)))
    order by ch.host_id limit ${limit}`

/** Where these hosts belong; those that are not enrolled are left out. */
export const cohortsOf = (hostIds: readonly string[]) =>
  query<HostToReconcile>`select host_id, cohort_id from cohort_hosts where host_id = any(${hostIds}) and enrolled`

export const teamOfProfile = (profileId: string) =>
  query<Readonly<{ team_id: string }>>`select team_id from profiles where profile_id = ${profileId}`

export type DesiredProfileRow = Readonly<{
  cohort_id: string
  profile_id: string
  identifier: string
  checksum: string
  scope: 'System' | 'User'
  kind: SettingsKind
  mode: 'wanted' | 'held' | 'kept'
  since: string
  secrets_at: string | null
  variables: readonly string[]
  refers_to: readonly string[]
  /** 0: no system. */
  ended_from: number
}>

/**
 * What these cohorts are to have, and may keep. `since` is when the content was first uploaded, to whichever team: a host that moves between
 * teams with the same content looks no older for it.
 */
export const desiredSets = (cohortIds: readonly string[]): Query<DesiredProfileRow> => ({
  text: setsOf('$1'),
  values: [cohortIds],
})

/** What one host is to have, and may keep; nothing for a host that is not enrolled. */
export const desiredOfHost = (hostId: string): Query<DesiredProfileRow> => ({
  text: setsOf('(select array_agg(cohort_id) from cohort_hosts where host_id = $1 and enrolled)'),
  values: [hostId],
})

const setsOf = (cohortIds: string): string => `
  with sets as (
    select cohort_id, profile_id, identifier, checksum, scope, kind, 'wanted' as mode, since, secrets_at, variables, refers_to, ended_from
    from desired_profiles where cohort_id = any(${cohortIds}::text[])
    union all
    select cohort_id, profile_id, identifier, checksum, scope, kind, mode, since, secrets_at, variables, refers_to, ended_from
    from spared_profiles where cohort_id = any(${cohortIds}::text[]))
  select s.cohort_id, s.profile_id, s.identifier, s.checksum, s.scope, s.kind, s.mode, s.secrets_at, s.variables, s.refers_to, s.ended_from,
         least(s.since, (select min(p.uploaded_at) from profiles p where p.checksum = s.checksum)) as since
  from sets s order by cohort_id, profile_id`

/** As the host's own stream wants to be told. */
export const asDesired = ({ profile_id, identifier, checksum, scope, ...row }: DesiredProfileRow): DesiredProfile => ({
  profileId: profile_id,
  ...{ identifier, checksum, scope, since: row.since },
  ...(row.kind !== 'profile' && { kind: row.kind }),
  ...(row.mode !== 'wanted' && { mode: row.mode }),
  ...(row.secrets_at !== null && { secretsAt: row.secrets_at }),
  ...(row.variables.length > 0 && { variables: row.variables }),
  ...(row.refers_to.length > 0 && { refersTo: row.refers_to }),
  ...(row.ended_from > 0 && { endedFrom: row.ended_from }),
})

/** Hosts on which a setting stands so, after `after`, in order of id. */
export const hostsWithProfile = (profileId: string, status: 'verified' | 'failed', after: string, limit: number) =>
  query<Readonly<{ host_id: string }>>`
    select host_id from host_profiles
    where profile_id = ${profileId} and operation = 'install' and status = ${status} and host_id > ${after}
    order by host_id limit ${limit}`
