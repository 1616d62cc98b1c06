import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { ProfileEvent, ProfileScope } from '../domain/profiles/events.ts'
import type { MembershipEvent } from '../domain/teams/events.ts'
import { noTeam } from '../domain/teams/events.ts'
import { deviceChannel } from '../domain/platforms.ts'
import type { Recorded } from '../kernel/event.ts'
import type { SetProjection, Sql } from '../kernel/projection.ts'

type CohortEvent = Recorded<EnrollmentEvent | MembershipEvent | ProfileEvent>

/**
 * The ideal state, by cohort: the set of hosts that must look the same has one desired set, so that an upload to a team of 100,000 hosts
 * changes a handful of rows. In a cohort's id, what tells it apart: platform family and team (and, later, the labels that its settings ask for).
 */
export const cohorts: SetProjection = {
  name: 'cohorts',
  version: 1,
  tables: ['cohort_hosts', 'cohorts', 'desired_profiles'],
  schema: `
    create table cohort_hosts (
      host_id text primary key, family text not null, team_id text not null, enrolled boolean not null, cohort_id text not null);
    create index on cohort_hosts (cohort_id, host_id) where enrolled;
    create table cohorts (
      cohort_id text primary key, family text not null, team_id text not null, members integer not null, hosts integer not null);
    create index on cohorts (team_id);
    create table team_profiles (
      profile_id text primary key, team_id text not null, family text not null, identifier text not null, name text not null,
      checksum text not null, scope text not null, since timestamptz not null);
    create index on team_profiles (team_id);
    create table desired_profiles (
      cohort_id text not null, profile_id text not null, identifier text not null, name text not null, checksum text not null,
      scope text not null, since timestamptz not null, primary key (cohort_id, profile_id));
    create index on desired_profiles (profile_id);`,
  types: [
    'HostDiscovered',
    'EnrollmentStarted',
    'ChannelOpened',
    'EnrollmentEnded',
    'HostTransferred',
    'ProfileUploaded',
    'ProfileEdited',
    'ProfileDeleted',
  ] satisfies readonly CohortEvent['type'][],

  apply: async (sql, events) => {
    const batch = events as readonly CohortEvent[]
    const touchedBySettings = await applySettings(sql, foldSettings(batch))
    const touchedByHosts = await applyHosts(sql, foldHosts(batch))
    await refreshDesired(sql, [...touchedBySettings, ...touchedByHosts])
  },
}

type HostChange = { host_id: string; team_id: string | null; enrolled: boolean | null; discovered: boolean }

/** What the batch says of each host, the last word winning; null: nothing said. */
const foldHosts = (events: readonly CohortEvent[]): readonly HostChange[] => {
  const byHost = new Map<string, HostChange>()
  const say = (hostId: string, news: Partial<HostChange>): void => {
    byHost.set(hostId, {
      ...(byHost.get(hostId) ?? { host_id: hostId, team_id: null, enrolled: null, discovered: false }),
      ...news,
    })
  }
  for (const event of events) {
    if (event.type === 'HostDiscovered') say(event.id, { team_id: noTeam, enrolled: false, discovered: true })
    else if (event.type === 'EnrollmentStarted' || event.type === 'EnrollmentEnded') say(event.id, { enrolled: false })
    else if (event.type === 'ChannelOpened' && event.data.channel === deviceChannel) say(event.id, { enrolled: true })
    else if (event.type === 'HostTransferred') say(event.id, { team_id: event.data.teamId })
  }
  return [...byHost.values()]
}

/**
 * Writes the hosts' new places and keeps the cohorts' counts (a cohort exists while it has members; `hosts` are the enrolled ones);
 * answers with the cohorts that came to be. */
const applyHosts = async (sql: Sql, changes: readonly HostChange[]): Promise<readonly string[]> => {
  if (changes.length === 0) return []
  const rows = await sql<{ cohort_id: string | null }>(
    `with said as (
       select * from jsonb_to_recordset($1::jsonb) as s(host_id text, team_id text, enrolled boolean, discovered boolean)),
     placed as (
       select s.host_id, 'apple' as family, coalesce(s.team_id, h.team_id) as team_id, coalesce(s.enrolled, h.enrolled) as enrolled,
              h.cohort_id as old_cohort, coalesce(h.enrolled, false) as was_enrolled
       from said s left join cohort_hosts h using (host_id)
       where h.host_id is not null or s.discovered),
     moved as (select *, family || '_' || team_id as cohort_id from placed),
     written as (
       insert into cohort_hosts (host_id, family, team_id, enrolled, cohort_id)
       select host_id, family, team_id, enrolled, cohort_id from moved
       on conflict (host_id) do update set team_id = excluded.team_id, enrolled = excluded.enrolled, cohort_id = excluded.cohort_id),
     counted as (
       select cohort_id, family, team_id, sum(members)::int as members, sum(hosts)::int as hosts from (
         select cohort_id, family, team_id, count(*) as members, count(*) filter (where enrolled) as hosts from moved group by 1, 2, 3
         union all
         select old_cohort, family, split_part(old_cohort, '_', 2), -count(*), -count(*) filter (where was_enrolled)
         from moved where old_cohort is not null group by 1, 2, 3) d
       group by 1, 2, 3)
     insert into cohorts (cohort_id, family, team_id, members, hosts) select cohort_id, family, team_id, members, hosts from counted
     on conflict (cohort_id) do update set members = cohorts.members + excluded.members, hosts = cohorts.hosts + excluded.hosts
     returning case when xmax = 0 then cohort_id end as cohort_id`,
    [JSON.stringify(changes)],
  )
  await sql(`with gone as (delete from cohorts where members = 0 returning cohort_id)
    delete from desired_profiles d using gone where d.cohort_id = gone.cohort_id`)
  return rows.flatMap(({ cohort_id }) => (cohort_id === null ? [] : [cohort_id]))
}

type Setting = Readonly<{
  profile_id: string
  team_id: string | null
  family: string | null
  identifier: string | null
  name: string | null
  checksum: string | null
  scope: ProfileScope | null
  since: string | null
}>

/** The last word on each profile; without a checksum it is gone. An edit keeps team and family. */
const foldSettings = (events: readonly CohortEvent[]): readonly Setting[] => {
  const byProfile = new Map<string, Setting>()
  for (const event of events) {
    const said = byProfile.get(event.id)
    if (event.type === 'ProfileUploaded' || event.type === 'ProfileEdited') {
      const { identifier, name, checksum, scope } = event.data
      const home =
        event.type === 'ProfileUploaded'
          ? { team_id: event.data.teamId, family: event.data.family as string }
          : { team_id: said?.team_id ?? null, family: said?.family ?? null }
      byProfile.set(event.id, { profile_id: event.id, ...home, identifier, name, checksum, scope, since: event.at })
    } else if (event.type === 'ProfileDeleted')
      byProfile.set(event.id, {
        profile_id: event.id,
        team_id: event.data.teamId,
        family: null,
        identifier: null,
        name: null,
        checksum: null,
        scope: null,
        since: null,
      })
  }
  return [...byProfile.values()]
}

/** Writes the teams' settings; answers with the cohorts whose desired set they change. */
const applySettings = async (sql: Sql, settings: readonly Setting[]): Promise<readonly string[]> => {
  if (settings.length === 0) return []
  const said = `jsonb_to_recordset($1::jsonb) as s(
    profile_id text, team_id text, family text, identifier text, name text, checksum text, scope text, since timestamptz)`
  const values = [JSON.stringify(settings)]
  await sql(`delete from team_profiles t using ${said} where t.profile_id = s.profile_id and s.checksum is null`, values)
  await sql(
    `update team_profiles t set identifier = s.identifier, name = s.name, checksum = s.checksum, scope = s.scope, since = s.since
     from ${said} where t.profile_id = s.profile_id and s.checksum is not null`,
    values,
  )
  await sql(
    `insert into team_profiles (profile_id, team_id, family, identifier, name, checksum, scope, since)
     select profile_id, team_id, family, identifier, name, checksum, scope, since from ${said}
     where s.checksum is not null and s.team_id is not null on conflict (profile_id) do nothing`,
    values,
  )
  const rows = await sql<{ cohort_id: string }>(
    `select distinct c.cohort_id from cohorts c
     where c.team_id in (
       select s.team_id from ${said} where s.team_id is not null
       union select t.team_id from team_profiles t join ${said} on s.profile_id = t.profile_id)`,
    values,
  )
  return rows.map(({ cohort_id }) => cohort_id)
}

/** Makes the desired sets of these cohorts what their teams' settings say. */
const refreshDesired = async (sql: Sql, cohortIds: readonly string[]): Promise<void> => {
  if (cohortIds.length === 0) return
  const ids = [...new Set(cohortIds)]
  await sql(
    `delete from desired_profiles d where d.cohort_id = any($1) and not exists (
       select from cohorts c join team_profiles t on t.team_id = c.team_id and t.family = c.family
       where c.cohort_id = d.cohort_id and t.profile_id = d.profile_id)`,
    [ids],
  )
  await sql(
    `insert into desired_profiles (cohort_id, profile_id, identifier, name, checksum, scope, since)
     select c.cohort_id, t.profile_id, t.identifier, t.name, t.checksum, t.scope, t.since
     from cohorts c join team_profiles t on t.team_id = c.team_id and t.family = c.family
     where c.cohort_id = any($1)
     on conflict (cohort_id, profile_id) do update set
       identifier = excluded.identifier, name = excluded.name, checksum = excluded.checksum, scope = excluded.scope, since = excluded.since`,
    [ids],
  )
}
