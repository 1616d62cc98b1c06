import type { SetProjection, Sql } from '../kernel/projection.ts'
import type { CohortEvent } from './cohort-events.ts'
import { foldHosts, placeHosts, placeTeams } from './cohort-hosts.ts'
import { applySettings, foldSettings } from './cohort-settings.ts'

/**
 * The ideal state, by cohort: the set of hosts that must look the same has one desired set, so that an upload to a team of 100,000 hosts
 * changes a handful of rows. What tells cohorts apart: platform family, team, and of the labels that the team's settings name, those that the
 * hosts are members of (`labels`) and those that they are known not to be (`known`; of dynamic labels only, the others are always known).
 * A setting is in `desired_profiles` of a cohort whose hosts are to have it, and in `spared_profiles` when they may keep it: `held` hosts that
 * have it are treated as if they were to have it, until their membership is known; `kept` is not touched, because one of its labels is gone.
 */
export const cohorts: SetProjection = {
  name: 'cohorts',
  version: 5,
  tables: ['cohort_hosts', 'cohorts', 'desired_profiles', 'spared_profiles'],
  schema: `
    create table cohort_hosts (
      host_id text primary key, family text not null, team_id text not null, enrolled boolean not null, cohort_id text not null,
      labels text[] not null, known text[] not null);
    create index on cohort_hosts (cohort_id, host_id) where enrolled;
    create index on cohort_hosts (team_id);
    create table cohorts (
      cohort_id text primary key, family text not null, team_id text not null, members integer not null, hosts integer not null,
      labels text[] not null, known text[] not null);
    create index on cohorts (team_id);
    create table cohort_labels (label_id text primary key, dynamic boolean not null, deleted boolean not null);
    create table team_labels (team_id text primary key, labels text[] not null);
    create table team_profiles (
      profile_id text primary key, team_id text not null, family text not null, kind text not null, identifier text not null,
      name text not null, checksum text not null, scope text not null, since timestamptz not null, secrets_at timestamptz,
      variables text[] not null, refers_to text[] not null, ended_from integer not null, include_all text[] not null, include_any text[] not null, exclude_any text[] not null);
    create index on team_profiles (team_id);
    create table desired_profiles (
      cohort_id text not null, profile_id text not null, kind text not null, identifier text not null, name text not null,
      checksum text not null, scope text not null, since timestamptz not null, secrets_at timestamptz, variables text[] not null, refers_to text[] not null, ended_from integer not null,
      primary key (cohort_id, profile_id));
    create index on desired_profiles (profile_id);
    create table spared_profiles (
      cohort_id text not null, profile_id text not null, mode text not null, kind text not null, identifier text not null,
      name text not null, checksum text not null, scope text not null, since timestamptz not null, secrets_at timestamptz,
      variables text[] not null, refers_to text[] not null, ended_from integer not null, primary key (cohort_id, profile_id));`,
  types: [
    'HostDiscovered',
    'EnrollmentStarted',
    'ChannelOpened',
    'WindowsDeviceEnrolled',
    'EnrollmentEnded',
    'HostTransferred',
    'LabelMembershipChanged',
    'LabelCreated',
    'LabelDeleted',
    'ProfileUploaded',
    'ProfileEdited',
    'ProfileRetargeted',
    'ProfileSecretsChanged',
    'ProfileDeleted',
  ] satisfies readonly CohortEvent['type'][],

  apply: async (sql, events) => {
    const batch = events as readonly CohortEvent[]
    const byLabels = await applyLabels(sql, batch)
    const { teams, renamed } = await applySettings(sql, foldSettings(batch))
    const moved = [...(await placeTeams(sql, renamed)), ...(await placeHosts(sql, foldHosts(batch)))]
    await refresh(sql, { teams: [...new Set([...byLabels, ...teams])], cohorts: moved })
  },
}

/** Writes what there is to know of labels; answers with the teams whose settings name one that is gone now, or is back. */
const applyLabels = async (sql: Sql, events: readonly CohortEvent[]): Promise<readonly string[]> => {
  const created = new Map(
    events.flatMap((event) => (event.type === 'LabelCreated' ? [[event.id, event.data.kind === 'dynamic']] : [])),
  )
  const gone = new Map(
    events.flatMap(({ id, type }) => (type === 'LabelCreated' || type === 'LabelDeleted' ? [[id, type === 'LabelDeleted']] : [])),
  )
  if (gone.size === 0) return []
  if (created.size > 0)
    await sql(
      `insert into cohort_labels (label_id, dynamic, deleted) select label_id, dynamic, false from unnest($1::text[], $2::boolean[]) l(label_id, dynamic)
       on conflict (label_id) do update set dynamic = excluded.dynamic, deleted = false`,
      [[...created.keys()], [...created.values()]],
    )
  await sql('update cohort_labels set deleted = true where label_id = any($1)', [[...gone.keys()].filter((id) => gone.get(id))])
  const rows = await sql<{ team_id: string }>('select team_id from team_labels where labels && $1', [[...gone.keys()]])
  return rows.map(({ team_id }) => team_id)
}

/** In which of a cohort's two sets a setting is; null: in none. Spec and twin: test/projections/cohorts-twin.ts. */
const mode = `
  case
    when (t.include_all || t.include_any || t.exclude_any) && l.deleted then
      case when not (t.include_all || t.exclude_any) && l.deleted and t.include_all <@ u.member and t.include_any && u.member
             and not t.exclude_any && (u.member || u.unknown)
           then 'wanted' else 'kept' end
    when t.include_any <> '{}' and not t.include_any && u.member then null
    when t.exclude_any && u.member then null
    when not t.include_all <@ (u.member || u.unknown) then null
    when not t.include_all <@ u.member or t.exclude_any && u.unknown then 'held'
    else 'wanted' end`

const columns = 'kind, identifier, name, checksum, scope, since, secrets_at, variables, refers_to, ended_from'
const columnsOfT = columns.replaceAll(/\b(\w+)\b/g, 't.$1')
const excluded = columns.replaceAll(/\b(\w+)\b/g, '$1 = excluded.$1')

/** Makes both sets what the settings and labels say: of these cohorts, and of all cohorts of these teams. */
const refresh = async (
  sql: Sql,
  { teams, cohorts }: Readonly<{ teams: readonly string[]; cohorts: readonly string[] }>,
): Promise<void> => {
  if (teams.length === 0 && cohorts.length === 0) return
  await sql(
    `with l as materialized (
       select coalesce(array_agg(label_id) filter (where deleted), '{}') as deleted,
              coalesce(array_agg(label_id) filter (where dynamic and not deleted), '{}') as dynamic from cohort_labels),
     concerned as materialized (select * from cohorts c where c.team_id = any($1) or c.cohort_id = any($2)),
     judged as materialized (
       select c.cohort_id, t.profile_id, ${columnsOfT}, ${mode} as mode
       from concerned c cross join l
       cross join lateral (select
         array(select d from unnest(l.dynamic) d where d <> all(c.labels) and d <> all(c.known)) as unknown,
         array(select m from unnest(c.labels) m where m <> all(l.deleted)) as member) u
       join team_profiles t on t.team_id = c.team_id and t.family = c.family),
     unwanted as (
       delete from desired_profiles d using concerned c where d.cohort_id = c.cohort_id and not exists (
         select from judged j where j.cohort_id = d.cohort_id and j.profile_id = d.profile_id and j.mode = 'wanted')),
     unspared as (
       delete from spared_profiles s using concerned c where s.cohort_id = c.cohort_id and not exists (
         select from judged j where j.cohort_id = s.cohort_id and j.profile_id = s.profile_id and j.mode in ('held', 'kept'))),
     wanted as (
       insert into desired_profiles (cohort_id, profile_id, ${columns})
       select cohort_id, profile_id, ${columns} from judged where mode = 'wanted'
       on conflict (cohort_id, profile_id) do update set ${excluded})
     insert into spared_profiles (cohort_id, profile_id, mode, ${columns})
     select cohort_id, profile_id, mode, ${columns} from judged where mode in ('held', 'kept')
     on conflict (cohort_id, profile_id) do update set mode = excluded.mode, ${excluded}`,
    [teams, cohorts],
  )
}
