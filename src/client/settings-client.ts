import type { Call, Connection } from './connection.ts'
import { pathOf } from './connection.ts'
import type { Plan } from './history-json.ts'
import type { Host, Label, NewLabel, PageMeta, Profile } from './json.ts'

/** For whose devices settings are. */
export type Family = 'apple' | 'windows'

/** Settings of a batch: contents as they are, for the hosts that the labels name. `name` counts where the contents have none. */
export type BatchProfile = Readonly<{
  name: string
  contents: Uint8Array
  labels_include_all?: readonly string[]
  labels_include_any?: readonly string[]
  labels_exclude_any?: readonly string[]
}>

/** Which hosts it is for; a label that was deleted is told by its name all the same. */
export type AimedProfile = Profile &
  Readonly<
    Partial<
      Record<
        'labels_include_all' | 'labels_include_any' | 'labels_exclude_any',
        readonly Readonly<{ name: string; broken?: true }>[]
      >
    >
  >

/** What is absent stays as it is. */
export type LabelChange = Readonly<{
  name?: string
  description?: string
  query?: string
  hosts?: readonly string[]
  criteria?: Readonly<{ vital: string; value: string }>
}>

/** Settings as a whole, as somebody needs them who keeps them in files. Every call throws `ApiError`. Null: no team. */
export type SettingsClient = Readonly<{
  /** All of a team's settings. */
  profilesOf: (teamId: number | null) => Promise<readonly AimedProfile[]>
  /**
   * Makes a team's settings these, all of them; with `lists`, those for these devices alone. `dryRun`: the server checks them and changes
   * nothing.
   */
  replaceProfiles: (
    teamId: number | null,
    profiles: readonly BatchProfile[],
    options?: Readonly<{ lists?: readonly Family[]; dryRun?: boolean }>,
  ) => Promise<void>
  /** What `replaceProfiles` would lead to on every host. */
  planProfiles: (teamId: number | null, profiles: readonly BatchProfile[], lists?: readonly Family[]) => Promise<Plan>
  /** Makes a team's enroll secrets these, all of them; those that it has already are left alone. */
  replaceEnrollSecrets: (teamId: number | null, secrets: readonly string[]) => Promise<void>
  /** Has the server check what would be created or changed; changes nothing. */
  check: Readonly<{
    label: (label: NewLabel) => Promise<void>
    labelChange: (id: number, change: LabelChange) => Promise<void>
    team: (team: Readonly<{ name: string }>) => Promise<void>
    /** Answers how many would come and go. */
    enrollSecrets: (teamId: number | null, secrets: readonly string[]) => Promise<number>
  }>
  editLabel: (id: number, change: LabelChange) => Promise<Label>
  /** What `editLabel` would lead to on every host. */
  planLabel: (id: number, change: LabelChange) => Promise<Plan>
  /** Every host that has the label. */
  hostsOfLabel: (id: number) => Promise<readonly Host[]>
  /** What `$FLEET_SECRET_<NAME>` stands for, without the values. */
  secretVariables: () => Promise<readonly Readonly<{ name: string; updated_at: string }>[]>
}>

export const settingsClient = ({ json }: Pick<Connection, 'json'>): SettingsClient => ({
  profilesOf: (teamId) =>
    everyPage(async (page) => {
      const query = { per_page: 1000, page, ...ofTeam(teamId) }
      const call = { method: 'GET', path: '/configuration_profiles', query } as const
      const { profiles, meta } = await json<Readonly<{ profiles: readonly AimedProfile[]; meta: PageMeta }>>(call)
      return [profiles, meta]
    }),
  replaceProfiles: async (teamId, profiles, { lists, dryRun = false } = {}) => {
    const body = batchOf(profiles)
    const query = { ...ofTeam(teamId), ...onlyOf(lists), dry_run: String(dryRun) }
    await json({ method: 'POST', path: '/configuration_profiles/batch', query, json: body })
  },
  planProfiles: async (teamId, profiles, lists) => {
    const query = { ...ofTeam(teamId), ...onlyOf(lists), plan: 'true' }
    const call = { method: 'POST', path: '/configuration_profiles/batch', query, json: batchOf(profiles) } as const
    return (await json<Readonly<{ plan: Plan }>>(call)).plan
  },
  replaceEnrollSecrets: async (teamId, secrets) => {
    await json(callFor(teamId, secrets))
  },
  check: {
    label: async (label) => {
      await json({ method: 'POST', path: '/labels', query: dry, json: label })
    },
    labelChange: async (id, change) => {
      await json({ method: 'PATCH', path: pathOf`/labels/${id}`, query: dry, json: change })
    },
    team: async (team) => {
      await json({ method: 'POST', path: '/teams', query: dry, json: team })
    },
    enrollSecrets: async (teamId, secrets) =>
      (await json<Readonly<{ changed: number }>>({ ...callFor(teamId, secrets), query: dry })).changed,
  },
  editLabel: async (id, change) => {
    const call = { method: 'PATCH', path: pathOf`/labels/${id}`, json: change } as const
    return (await json<Readonly<{ label: Label }>>(call)).label
  },
  planLabel: async (id, change) => {
    const call = { method: 'PATCH', path: pathOf`/labels/${id}`, query: { plan: 'true' }, json: change } as const
    return (await json<Readonly<{ plan: Plan }>>(call)).plan
  },
  hostsOfLabel: (id) =>
    everyPage(async (page) => {
      const call = { method: 'GET', path: pathOf`/labels/${id}/hosts`, query: { per_page: 1000, page } } as const
      const { hosts, meta } = await json<Readonly<{ hosts: readonly Host[]; meta: PageMeta }>>(call)
      return [hosts, meta]
    }),
  secretVariables: () =>
    everyPage(async (page) => {
      const call = { method: 'GET', path: '/custom_variables', query: { per_page: 1000, page } } as const
      const { custom_variables, meta } = await json<Readonly<{ custom_variables: readonly Variable[]; meta: PageMeta }>>(call)
      return [custom_variables, meta]
    }),
})

const dry = { dry_run: 'true' }

/** Secrets of no team have a place of their own. */
const callFor = (teamId: number | null, told: readonly string[]): Call => {
  const secrets = told.map((secret) => ({ secret }))
  return teamId === null
    ? { method: 'POST', path: '/spec/enroll_secret', json: { spec: { secrets } } }
    : { method: 'PATCH', path: pathOf`/teams/${teamId}/secrets`, json: { secrets } }
}

const ofTeam = (teamId: number | null) => (teamId === null ? {} : { team_id: teamId })

/** Nothing when the batch holds all that a team has. */
const onlyOf = (lists: readonly Family[] | undefined) => {
  const [only, ...others] = lists ?? []
  return only === undefined || others.length > 0 ? {} : { only }
}

const batchOf = (profiles: readonly BatchProfile[]) => ({
  profiles: profiles.map(({ contents, ...rest }) => ({ ...rest, contents: Buffer.from(contents).toString('base64') })),
})

type Variable = Readonly<{ name: string; updated_at: string }>

/** All pages of a list, one after the other. */
const everyPage = async <T>(ask: (page: number) => Promise<readonly [readonly T[], PageMeta]>): Promise<readonly T[]> => {
  const all: T[] = []
  for (let page = 0; ; page += 1) {
    const [items, { has_next_results }] = await ask(page)
    all.push(...items)
    if (!has_next_results || items.length === 0) return all
  }
}
