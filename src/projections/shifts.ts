import type { Sql } from '../kernel/projection.ts'
import type { DesiredProfileRow } from './rollout.ts'
import { desiredSets } from './rollout.ts'
import type { Worlds } from './hypothesis.ts'

/** Why a host's cohort would be another: it is moved, its labels change; null: its team's settings alone. */
export type ShiftReason = 'moved' | 'joined' | 'left' | 'relabelled' | null

/** Hosts that would go from one cohort to another, or stay in one whose sets change. */
export type CohortShift = Readonly<{ before: string; after: string }>

/** The sets of all cohorts that matter, in either world. */
export type Sets = ReadonlyMap<string, readonly DesiredProfileRow[]>

export type Shifts = Readonly<{
  shifts: readonly CohortShift[]
  before: Sets
  after: Sets
  /** Enrolled hosts whose team's settings change, or that are moved or relabelled themselves. */
  hosts: number
}>

/** Enrolled hosts of one shift that have the same of the settings in question. */
export type ShiftedHosts = Readonly<{
  before: string
  after: string
  why: ShiftReason
  has_user: boolean
  platform: string
  os_version: string | null
  standings: readonly StandingRow[]
  hosts: number
  /** The first of them, by id. */
  host_ids: readonly string[]
}>

export type StandingRow = Readonly<{
  profile_id: string
  kind: 'profile' | 'declaration'
  identifier: string
  checksum: string
  scope: 'System' | 'User'
  operation: 'install' | 'remove'
  status: 'waiting' | 'pending' | 'verifying' | 'verified' | 'failed'
  secrets_at: string | null
}>

/** A host's two places, by its id; `n` is where it is, `t` where it would be. */
const places = (schema: string): string => `
  from pg_temp.cohort_hosts t join ${schema}.cohort_hosts n using (host_id) where n.enrolled and t.enrolled`

/** Finds the cohorts whose sets would differ for their hosts. */
export const shiftsIn = async ({ asItIs, asItWouldBe, teams, hosts }: Worlds, schema: string): Promise<Shifts> => {
  const moves = await asItIs((sql) =>
    sql<CohortShift>(
      `select distinct n.cohort_id as before, t.cohort_id as after ${places(schema)} and n.cohort_id <> t.cohort_id`,
    ),
  )
  const own = await asItIs((sql) =>
    sql<{ cohort_id: string }>('select cohort_id from cohorts where team_id = any($1) and hosts > 0', [teams]),
  )
  const stays = own.map(({ cohort_id }) => ({ before: cohort_id, after: cohort_id }))
  const all = [...moves, ...stays]
  const before = await asItIs((sql) => setsOf(sql, [...new Set(all.map((one) => one.before))]))
  const after = await asItWouldBe((sql) => setsOf(sql, [...new Set(all.map((one) => one.after))]))
  const [count] = await asItIs((sql) =>
    sql<{ hosts: number }>(
      `select (select coalesce(sum(hosts), 0) from cohorts where team_id = any($1))::int
         + (select count(*) from cohort_hosts where host_id = any($2) and enrolled and team_id <> all($1))::int as hosts`,
      [teams, hosts],
    ),
  )
  const differs = (one: CohortShift): boolean => differing(before.get(one.before), after.get(one.after)).length > 0
  return { shifts: all.filter(differs), before, after, hosts: count?.hosts ?? 0 }
}

/** Settings that differ between two sets, with what depends on them: what lies in the same place, and what is made of them. */
export const differing = (
  one: readonly DesiredProfileRow[] = [],
  other: readonly DesiredProfileRow[] = [],
): readonly DesiredProfileRow[] => {
  const [here, there] = [new Set(one.map(marked)), new Set(other.map(marked))]
  const changed = [...one.filter((row) => !there.has(marked(row))), ...other.filter((row) => !here.has(marked(row)))]
  const identifiers = new Set(changed.map(({ identifier }) => identifier))
  return [...one, ...other].filter(
    ({ identifier, refers_to }) => identifiers.has(identifier) || refers_to.some((asset) => identifiers.has(asset)),
  )
}

/** Groups the hosts of these shifts by all that a decision on these settings (by identifier) rests on, at most `most` ids told of each. */
export const hostsOfShifts = (
  { asItIs }: Worlds,
  {
    schema,
    shifts,
    identifiers,
    most,
  }: Readonly<{ schema: string; shifts: readonly CohortShift[]; identifiers: readonly string[]; most: number }>,
): Promise<readonly ShiftedHosts[]> =>
  asItIs(async (sql) => {
    // As a table it has statistics: joins of so many hosts go wrong without.
    await sql(
      `create temporary table shifted on commit drop as
       with wanted as (select * from unnest($1::text[], $2::text[]) w(before, after))
       select host_id, n.cohort_id as before, t.cohort_id as after,
              case when n.team_id <> t.team_id then 'moved'
                   when n.labels @> t.labels and t.labels @> n.labels then case when n.known <> t.known then 'relabelled' end
                   when t.labels @> n.labels then 'joined' when n.labels @> t.labels then 'left' else 'relabelled' end as why
       ${places(schema)} and (n.cohort_id, t.cohort_id) in (select before, after from wanted where before <> after)
       union all
       select n.host_id, n.cohort_id, n.cohort_id, null from cohort_hosts n
       where n.enrolled and n.cohort_id in (select before from wanted where before = after)
         and not exists (select from pg_temp.cohort_hosts t where t.host_id = n.host_id and t.cohort_id <> n.cohort_id)`,
      [shifts.map(({ before }) => before), shifts.map(({ after }) => after)],
    )
    await sql('analyze shifted')
    return sql<ShiftedHosts>(
      `with standing as (
         select h.host_id, jsonb_agg(jsonb_build_object('profile_id', h.profile_id, 'kind', h.kind, 'identifier', h.identifier,
                  'checksum', h.checksum, 'scope', h.scope, 'operation', h.operation, 'status', h.status,
                  'secrets_at', to_char(h.secrets_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by h.profile_id) as standings
         from profiles p join host_profiles h on h.profile_id = p.profile_id join shifted using (host_id)
         where p.identifier = any($1) group by h.host_id),
       users as (select distinct e.host_id from enrollments e join shifted using (host_id) where e.channel <> 'device')
       select s.before, s.after, s.why, u.host_id is not null as has_user, h.platform, h.os_version,
              coalesce(st.standings, '[]') as standings, count(*)::int as hosts,
              (array_agg(s.host_id order by s.host_id))[1:$2::int] as host_ids
       from shifted s join hosts h using (host_id) left join standing st using (host_id) left join users u using (host_id)
       group by 1, 2, 3, 4, 5, 6, 7 order by min(s.host_id)`,
      [identifiers, most],
    )
  })

/** How many hosts hold off with each of these settings: `held` until their labels are known, `kept` because a label is gone. */
export const holdingOff = ({ asItWouldBe }: Worlds, profileIds: readonly string[]) =>
  asItWouldBe((sql) =>
    sql<Readonly<{ name: string; mode: 'held' | 'kept'; hosts: number }>>(
      `select s.name, s.mode, sum(c.hosts)::int as hosts from spared_profiles s join cohorts c using (cohort_id)
       where s.profile_id = any($1) group by 1, 2 having sum(c.hosts) > 0 order by 1, 2`,
      [profileIds],
    ),
  )

/** How hosts and settings are called; a setting that is yet to come is not here. */
export const namesOf = async (sql: Sql, hostIds: readonly string[], profileIds: readonly string[]) => ({
  hosts: await sql<Readonly<{ host_id: string; name: string }>>(
    'select host_id, coalesce(name, serial, hardware_id) as name from hosts where host_id = any($1)',
    [hostIds],
  ),
  profiles: await sql<Readonly<{ profile_id: string; name: string }>>(
    'select profile_id, name from profiles where profile_id = any($1)',
    [profileIds],
  ),
})

const setsOf = async (sql: Sql, cohortIds: readonly string[]): Promise<Sets> => {
  const { text, values } = desiredSets(cohortIds)
  const sets = new Map<string, DesiredProfileRow[]>()
  for (const row of await sql<DesiredProfileRow>(text, values)) {
    const set = sets.get(row.cohort_id) ?? []
    set.push(row)
    sets.set(row.cohort_id, set)
  }
  return sets
}

/** All of a row that a host could tell: in whose set it is and since when makes no difference. */
const marked = ({ cohort_id: _, since: __, ...row }: DesiredProfileRow): string => JSON.stringify(row)
