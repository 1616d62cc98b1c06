import type { ProfileScope, SettingsKind, Targets } from '../domain/profiles/events.ts'
import { endedFromOf } from '../domain/profiles/events.ts'
import type { Sql } from '../kernel/projection.ts'
import type { CohortEvent } from './cohort-events.ts'

/** What a batch says of one setting; null: nothing said. `team_id` is there when it was uploaded. */
type Setting = Readonly<{
  profile_id: string
  deleted: boolean
  /** The team, where the batch tells it. */
  team_id: string | null
  family: string | null
  kind: SettingsKind | null
  identifier: string | null
  name: string | null
  checksum: string | null
  scope: ProfileScope | null
  since: string | null
  secrets_at: string | null
  variables: readonly string[] | null
  refers_to: readonly string[] | null
  ended_from: number | null
  include_all: readonly string[] | null
  include_any: readonly string[] | null
  exclude_any: readonly string[] | null
}>

/** What the batch says of each setting, the last word winning. */
export const foldSettings = (events: readonly CohortEvent[]): readonly Setting[] => {
  const byProfile = new Map<string, Setting>()
  const say = (profileId: string, news: Partial<Setting>, before = byProfile.get(profileId)): void => {
    byProfile.set(profileId, { ...(before ?? nothing(profileId)), ...news })
  }
  for (const event of events) {
    if (event.type === 'ProfileUploaded') {
      const { teamId, family, kind = 'profile', targets } = event.data
      const home = { team_id: teamId, family, kind, ...columnsOf(targets ?? { includeAll: [], includeAny: [], excludeAny: [] }) }
      say(event.id, { ...home, ...content(event) }, nothing(event.id))
    } else if (event.type === 'ProfileEdited') say(event.id, content(event))
    else if (event.type === 'ProfileRetargeted') say(event.id, columnsOf(event.data.targets))
    else if (event.type === 'ProfileSecretsChanged') say(event.id, { secrets_at: event.at })
    else if (event.type === 'ProfileDeleted') say(event.id, { deleted: true, team_id: event.data.teamId }, nothing(event.id))
  }
  return [...byProfile.values()]
}

/**
 * Writes the teams' settings; answers with the teams whose cohorts' sets they may change, and those whose settings name other labels than
 * before (`renamed`).
 */
export const applySettings = async (
  sql: Sql,
  settings: readonly Setting[],
): Promise<Readonly<{ teams: readonly string[]; renamed: readonly string[] }>> => {
  if (settings.length === 0) return { teams: [], renamed: [] }
  const said = `jsonb_to_recordset($1::jsonb) as s(
    profile_id text, deleted boolean, team_id text, family text, kind text, identifier text, name text, checksum text, scope text,
    since timestamptz, secrets_at timestamptz, variables text[], refers_to text[], ended_from integer, include_all text[], include_any text[], exclude_any text[])`
  const values = [JSON.stringify(settings)]
  const rows = await sql<{ team_id: string }>(
    `select s.team_id from ${said} where s.team_id is not null
     union select t.team_id from team_profiles t join ${said} on s.profile_id = t.profile_id`,
    values,
  )
  const teams = rows.map(({ team_id }) => team_id)
  await sql(
    `delete from team_profiles t using ${said} where t.profile_id = s.profile_id and (s.deleted or s.team_id is not null)`,
    values,
  )
  await sql(
    `update team_profiles t set ${columns.map((column) => `${column} = coalesce(s.${column}, t.${column})`).join(', ')}
     from ${said} where t.profile_id = s.profile_id and not s.deleted`,
    values,
  )
  await sql(
    `insert into team_profiles (profile_id, team_id, family, kind, ${columns.join(', ')})
     select profile_id, team_id, family, kind, ${columns.join(', ')} from ${said}
     where not s.deleted and s.team_id is not null and s.checksum is not null`,
    values,
  )
  const renamed = await sql<{ team_id: string }>(
    `with named as (
       select w.team_id, coalesce(array_agg(distinct n.label collate "C") filter (where n.label is not null), '{}') as labels
       from unnest($1::text[]) w(team_id) left join team_profiles t using (team_id)
       left join lateral unnest(t.include_all || t.include_any || t.exclude_any) n(label) on true group by w.team_id)
     insert into team_labels (team_id, labels) select team_id, labels from named
     on conflict (team_id) do update set labels = excluded.labels where team_labels.labels <> excluded.labels returning team_id`,
    [teams],
  )
  return { teams, renamed: renamed.map(({ team_id }) => team_id) }
}

const columns = [
  ...['identifier', 'name', 'checksum', 'scope', 'since', 'secrets_at', 'variables', 'refers_to', 'ended_from'],
  ...['include_all', 'include_any', 'exclude_any'],
]

const nothing = (profileId: string): Setting => ({
  profile_id: profileId,
  deleted: false,
  team_id: null,
  family: null,
  kind: null,
  identifier: null,
  name: null,
  checksum: null,
  scope: null,
  since: null,
  secrets_at: null,
  variables: null,
  refers_to: null,
  ended_from: null,
  include_all: null,
  include_any: null,
  exclude_any: null,
})

const content = ({
  at,
  data: { identifier, name, checksum, scope, payloadTypes, variables = [], refersTo = [] },
}: Extract<CohortEvent, { type: 'ProfileUploaded' | 'ProfileEdited' }>) => ({
  identifier,
  name,
  checksum,
  scope,
  variables,
  refers_to: refersTo,
  ended_from: endedFromOf({ payloadTypes }),
  since: at,
})

const columnsOf = ({ includeAll, includeAny, excludeAny }: Targets) => ({
  include_all: includeAll,
  include_any: includeAny,
  exclude_any: excludeAny,
})
