import type { Sql } from '../kernel/projection.ts'
import type { SqlValue } from '../kernel/query.ts'
import type { CohortEvent } from './cohort-events.ts'
import { cohorts } from './cohorts.ts'

/** The read model as it is, and as it would be. Each answers with what `body` does while its tables are the ones that names mean. */
export type Worlds = Readonly<{
  asItIs: <T>(body: (sql: Sql) => Promise<T>) => Promise<T>
  asItWouldBe: <T>(body: (sql: Sql) => Promise<T>) => Promise<T>
  /** Whose settings would change, and whose labels or team: ids of teams and hosts. */
  teams: readonly string[]
  hosts: readonly string[]
}>

/**
 * Copies what these events concern of `cohorts` (whose tables lie in `schema`) to temporary tables of the same names, and applies the events to
 * those by the projection itself: a plan and what then happens are one code, and nobody waits for a lock. Needs a transaction.
 */
export const hypothesis = async (sql: Sql, schema: string, events: readonly CohortEvent[]): Promise<Worlds> => {
  const real = `${schema}, public, pg_temp`
  const imagined = 'pg_temp, public'
  const among = (path: string) => sql("select set_config('search_path', $1, true)", [path])
  await among(real)
  const concerned = await concernedBy(sql, events)
  await copy(sql, schema, concerned)
  await among(imagined)
  const wanted = events.filter(({ type }) => cohorts.types.includes(type))
  if (wanted.length > 0) await cohorts.apply(sql, wanted)
  await sql('analyze cohort_hosts')
  const within = async <T>(path: string, body: (sql: Sql) => Promise<T>): Promise<T> => {
    await among(path)
    return body(sql)
  }
  return {
    asItIs: (body) => within(real, body),
    asItWouldBe: (body) => within(imagined, body),
    teams: concerned.settings,
    hosts: concerned.hosts,
  }
}

/** `settings`: teams whose settings may change; `teams`: those, and where the hosts come from and go to. */
type Concerned = Readonly<{ hosts: readonly string[]; settings: readonly string[]; teams: readonly string[] }>

const concernedBy = async (sql: Sql, events: readonly CohortEvent[]): Promise<Concerned> => {
  const ids = (...types: readonly string[]) => [...new Set(events.flatMap(({ type, id }) => (types.includes(type) ? [id] : [])))]
  const hosts = ids('HostTransferred', 'LabelMembershipChanged')
  const homes = events.flatMap((event) =>
    event.type === 'ProfileUploaded' || event.type === 'ProfileDeleted' ? [event.data.teamId] : [],
  )
  const goals = events.flatMap((event) => (event.type === 'HostTransferred' ? [event.data.teamId] : []))
  const [found] = await sql<{ settings: readonly string[]; left: readonly string[] }>(
    `select array(select team_id from team_profiles where profile_id = any($1)
                  union select team_id from team_labels where labels && $2::text[]) as settings,
            array(select distinct team_id from cohort_hosts where host_id = any($3)) as "left"`,
    [ids('ProfileEdited', 'ProfileRetargeted', 'ProfileSecretsChanged'), ids('LabelCreated', 'LabelDeleted'), hosts],
  )
  const settings = [...new Set([...homes, ...(found?.settings ?? [])])]
  return { hosts, settings, teams: [...new Set([...settings, ...goals, ...(found?.left ?? [])])] }
}

type Rows = Readonly<{ where: string; values: readonly SqlValue[] }>

/** Which rows of each table matter. */
const wholes: Readonly<Record<string, (schema: string, concerned: Concerned) => Rows>> = {
  cohort_labels: () => ({ where: 'true', values: [] }),
  team_labels: (_, { teams }) => ({ where: 'team_id = any($1)', values: [teams] }),
  team_profiles: (_, { teams }) => ({ where: 'team_id = any($1)', values: [teams] }),
  cohorts: (_, { teams }) => ({ where: 'team_id = any($1)', values: [teams] }),
  desired_profiles: (schema, { teams }) => ofCohorts(schema, teams),
  spared_profiles: (schema, { teams }) => ofCohorts(schema, teams),
  cohort_hosts: (_, { settings, hosts }) => ({ where: 'team_id = any($1) or host_id = any($2)', values: [settings, hosts] }),
}

const ofCohorts = (schema: string, teams: readonly string[]): Rows => ({
  where: `cohort_id in (select cohort_id from ${schema}.cohorts where team_id = any($1))`,
  values: [teams],
})

const copy = async (sql: Sql, schema: string, concerned: Concerned): Promise<void> => {
  for (const [table, whole] of Object.entries(wholes)) {
    const { where, values } = whole(schema, concerned)
    await sql(`create temporary table ${table} (like ${schema}.${table} including all) on commit drop`)
    await sql(`insert into pg_temp.${table} select * from ${schema}.${table} where ${where}`, values)
  }
}
