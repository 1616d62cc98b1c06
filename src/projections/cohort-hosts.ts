import { deviceChannel } from '../domain/platforms.ts'
import { noTeam } from '../domain/teams/events.ts'
import type { Sql } from '../kernel/projection.ts'
import type { SqlValue } from '../kernel/query.ts'
import type { CohortEvent } from './cohort-events.ts'

/** What a batch says of one host, the last word winning; null: nothing said. */
type HostChange = {
  host_id: string
  family: string | null
  team_id: string | null
  enrolled: boolean | null
  discovered: boolean
  joined: string[]
  left: string[]
  learned: string[]
}

export const foldHosts = (events: readonly CohortEvent[]): readonly HostChange[] => {
  const byHost = new Map<string, HostChange>()
  const said = (hostId: string): HostChange => byHost.get(hostId) ?? { ...unsaid, host_id: hostId }
  const say = (hostId: string, news: Partial<HostChange>): void => {
    byHost.set(hostId, { ...said(hostId), ...news })
  }
  for (const event of events) {
    const { id } = event
    if (event.type === 'HostDiscovered') {
      const { family, labels } = standing(event.data.platform)
      say(id, { team_id: noTeam, enrolled: false, discovered: true, family, joined: [...labels] })
    } else if (event.type === 'EnrollmentStarted' || event.type === 'EnrollmentEnded') say(id, { enrolled: false })
    else if (event.type === 'ChannelOpened' && event.data.channel === deviceChannel) say(id, { enrolled: true })
    else if (event.type === 'WindowsDeviceEnrolled') say(id, { enrolled: true })
    else if (event.type === 'HostTransferred') say(id, { team_id: event.data.teamId })
    else if (event.type === 'LabelMembershipChanged') {
      const { joined, left, learned } = event.data
      const before = said(id)
      say(id, {
        joined: [...before.joined.filter((label) => !left.includes(label)), ...joined],
        left: [...before.left.filter((label) => !joined.includes(label)), ...left],
        learned: [...before.learned, ...learned],
      })
    }
  }
  return [...byHost.values()]
}

/** Writes the hosts' new places and keeps the cohorts' counts; answers with the cohorts that came to be. */
export const placeHosts = async (sql: Sql, changes: readonly HostChange[]): Promise<readonly string[]> =>
  changes.length === 0
    ? []
    : place(
        sql,
        `said as (
           select * from jsonb_to_recordset($1::jsonb) as s(
             host_id text, family text, team_id text, enrolled boolean, discovered boolean, joined text[], "left" text[], learned text[])),
         placed as materialized (
           select s.host_id, coalesce(s.family, h.family) as family, coalesce(s.team_id, h.team_id) as team_id,
                  coalesce(s.enrolled, h.enrolled) as enrolled, h.cohort_id as old_cohort, coalesce(h.enrolled, false) as was_enrolled,
                  ${sum("coalesce(h.labels, '{}')", 's.joined', 's."left"')} as labels,
                  ${sum("coalesce(h.known, '{}')", 's.learned', "'{}'")} as known
           from said s left join cohort_hosts h using (host_id)
           where h.host_id is not null or s.discovered)`,
        [JSON.stringify(changes)],
      )

/** The same for all hosts of teams whose settings name other labels now. */
export const placeTeams = async (sql: Sql, teamIds: readonly string[]): Promise<readonly string[]> =>
  teamIds.length === 0
    ? []
    : place(
        sql,
        `placed as materialized (
           select host_id, family, team_id, enrolled, cohort_id as old_cohort, enrolled as was_enrolled, labels, known
           from cohort_hosts where team_id = any($1))`,
        [teamIds],
      )

/** `placed` names the hosts; a cohort exists while it has members, and `hosts` of them are enrolled. */
const place = async (sql: Sql, placed: string, values: readonly SqlValue[]): Promise<readonly string[]> => {
  const rows = await sql<{ cohort_id: string | null }>(
    `with ${placed},
     seen as materialized (
       select p.*, case when p.labels && t.labels then ${inOrder('p.labels', 'l = any(t.labels)')} else '{}' end as of_cohort,
              case when p.known && t.labels then ${inOrder('p.known', 'l = any(t.labels) and l <> all(p.labels)')} else '{}' end as known_of_cohort
       from placed p left join team_labels t using (team_id)),
     moved as materialized (
       select *, family || '_' || team_id || case when of_cohort = '{}' and known_of_cohort = '{}' then ''
                 else '_' || md5(array_to_string(of_cohort, ',') || '/' || array_to_string(known_of_cohort, ',')) end as cohort_id
       from seen),
     written as (
       insert into cohort_hosts (host_id, family, team_id, enrolled, cohort_id, labels, known)
       select host_id, family, team_id, enrolled, cohort_id, labels, known from moved
       on conflict (host_id) do update set team_id = excluded.team_id, enrolled = excluded.enrolled, cohort_id = excluded.cohort_id,
         labels = excluded.labels, known = excluded.known
       where (cohort_hosts.team_id, cohort_hosts.enrolled, cohort_hosts.cohort_id, cohort_hosts.labels, cohort_hosts.known)
         is distinct from (excluded.team_id, excluded.enrolled, excluded.cohort_id, excluded.labels, excluded.known)),
     counted as (
       select cohort_id, sum(members)::int as members, sum(hosts)::int as hosts from (
         select cohort_id, count(*) as members, count(*) filter (where enrolled) as hosts from moved group by 1
         union all
         select old_cohort, -count(*), -count(*) filter (where was_enrolled) from moved where old_cohort is not null group by 1) d
       group by 1 having sum(members) <> 0 or sum(hosts) <> 0),
     described as (
       select distinct on (cohort_id) cohort_id, family, team_id, of_cohort as labels, known_of_cohort as known from moved
       order by cohort_id)
     insert into cohorts (cohort_id, family, team_id, labels, known, members, hosts)
     select n.cohort_id, coalesce(d.family, c.family), coalesce(d.team_id, c.team_id), coalesce(d.labels, c.labels),
            coalesce(d.known, c.known), n.members, n.hosts
     from counted n left join described d using (cohort_id) left join cohorts c using (cohort_id)
     on conflict (cohort_id) do update set members = cohorts.members + excluded.members, hosts = cohorts.hosts + excluded.hosts
     returning case when xmax = 0 then cohort_id end as cohort_id`,
    values,
  )
  await sql(`with gone as (delete from cohorts where members = 0 returning cohort_id),
      unwanted as (delete from desired_profiles d using gone where d.cohort_id = gone.cohort_id)
    delete from spared_profiles s using gone where s.cohort_id = gone.cohort_id`)
  return rows.flatMap(({ cohort_id }) => (cohort_id === null ? [] : [cohort_id]))
}

const inOrder = (array: string, condition: string): string =>
  `array(select l from unnest(${array}) l where ${condition} order by l collate "C")`

/** `array` with what was `added` and without what was `taken`, in order and each once. */
const sum = (array: string, added: string, taken: string): string =>
  `array(select distinct l collate "C" as l from unnest(${array} || ${added}) l where l <> all(${taken}) order by 1)`

const unsaid = { family: null, team_id: null, enrolled: null, discovered: false, joined: [], left: [], learned: [] }

/** The family of a platform, and the built-in labels (domain/labels/built-in.ts) that its hosts are members of from the beginning. */
const standing = (platform: string): Readonly<{ family: string; labels: readonly string[] }> => families[platform] ?? other

const families: Readonly<Record<string, Readonly<{ family: string; labels: readonly string[] }>>> = {
  darwin: { family: 'apple', labels: ['1', '2'] },
  ios: { family: 'apple', labels: ['1', '3'] },
  ipados: { family: 'apple', labels: ['1', '4'] },
  windows: { family: 'windows', labels: ['1', '5'] },
}

const other = { family: 'none', labels: ['1'] }
