import type { ConnectionOptions, Parameters } from './connection.ts'
import { openConnection, pathOf } from './connection.ts'
import type {
  Activities,
  Command,
  CommandResult,
  CommandStarted,
  Custody,
  History,
  Host,
  HostAsOf,
  HostDeclaration,
  HostEnrollment,
  Label,
  NewLabel,
  PageMeta,
  Profile,
  Projection,
  PushCertificate,
  Statistics,
  StatusCounts,
  Team,
} from './json.ts'
import type { AuditClient, Forgotten, ForgetWish } from './audit-client.ts'
import { auditClient } from './audit-client.ts'
import type { PastClient } from './past-client.ts'
import { pastClient } from './past-client.ts'
import type { SettingsClient } from './settings-client.ts'
import type { ChangeSetsClient } from './change-sets-client.ts'
import { changeSetsClient } from './change-sets-client.ts'
import type { EnrollSecretsClient } from './enroll-secrets-client.ts'
import { enrollSecretsClient } from './enroll-secrets-client.ts'
import type { ExplanationsClient } from './explanations-client.ts'
import { explanationsClient } from './explanations-client.ts'
import { settingsClient } from './settings-client.ts'
import type { UpkeepClient } from './upkeep-client.ts'
import { upkeepClient } from './upkeep-client.ts'

/** A page of a list; pages count from 0. */
export type Page = Readonly<{ page?: number; per_page?: number }>

export type HostFilter = Page &
  Readonly<{
    /** A part of the name, serial number or UUID. */
    query?: string
    team_id?: number
    os_settings?: 'verified' | 'verifying' | 'pending' | 'failed'
    profile_uuid?: string
    profile_status?: 'verified' | 'verifying' | 'pending' | 'failed'
    label_id?: number
    order_key?: string
    order_direction?: 'asc' | 'desc'
  }>

/** A part of a host's history: revisions after and before these (exclusive), at most `limit` (100 unless told). Latest first unless told. */
export type HistoryPage = Readonly<{ order?: 'asc' | 'desc'; after?: number; before?: number; limit?: number }>

/** Which hosts of the team settings are for, by names of labels. */
export type LabelNames = Readonly<{
  labels_include_all?: readonly string[]
  labels_include_any?: readonly string[]
  labels_exclude_any?: readonly string[]
}>

/** The admin API as functions. Every one of them throws `ApiError` when the server refuses or cannot be reached. */
export type MusterClient = Readonly<{
  hosts: Readonly<{
    list: (filter?: HostFilter) => Promise<Readonly<{ hosts: readonly Host[]; meta: PageMeta }>>
    count: (filter?: Omit<HostFilter, 'page' | 'per_page' | 'order_key' | 'order_direction'>) => Promise<number>
    get: (id: number) => Promise<Host>
    /** By UUID, serial number or name. */
    find: (identifier: string) => Promise<Host>
    history: (id: number, page?: HistoryPage) => Promise<History>
    /** As it was at a time (ISO 8601) or at a position of the log. */
    at: (id: number, at: string) => Promise<HostAsOf>
    /** To a team, or to none (null); at most 10,000 at once. */
    transfer: (ids: readonly number[], teamId: number | null) => Promise<void>
    /** Says that `absorbed` is the same device as `id`, which lives on; `split` takes that back. */
    merge: (id: number, absorbed: number) => Promise<void>
    split: (id: number, absorbed: number) => Promise<void>
    resendProfile: (id: number, profileUuid: string) => Promise<void>
    /** Asks it what profiles it has; what is missing is sent again. */
    refetch: (id: number) => Promise<void>
    /** Macs answer with the PIN that unlocks them when `viewPin`; the look is recorded. */
    lock: (id: number, order?: Readonly<{ message?: string; viewPin?: boolean }>) => Promise<Custody>
    /** A Mac is unlocked by a person with the PIN that this answers with. */
    unlock: (id: number) => Promise<Custody>
    wipe: (id: number) => Promise<Custody>
    /** The PIN in force or on its way; the look is recorded. */
    pin: (id: number) => Promise<string>
    /** Answers the id of the command. */
    clearPasscode: (id: number) => Promise<string>
    /** Lets it out of its setup assistant. Answers the id of the command. */
    release: (id: number) => Promise<string>
    /** Asks it to renew its identity certificate now. Answers the id of the command. */
    renewIdentity: (id: number) => Promise<string>
    /** Asks it to remove its enrollment profile. */
    unenroll: (id: number) => Promise<void>
    /** Destroys the key of its secrets, and what tells whose it is; `confirm` is its serial number or id. `force` ends its enrollment. */
    forget: (id: number, wish: ForgetWish) => Promise<Forgotten>
    /** How its enrollment stands. */
    enrollment: (id: number) => Promise<HostEnrollment>
    declarations: (id: number) => Promise<readonly HostDeclaration[]>
    /** Takes back a command that was not handed out yet. */
    cancelCommand: (id: number, commandUuid: string) => Promise<void>
  }>
  teams: Readonly<{
    list: () => Promise<readonly Team[]>
    get: (id: number) => Promise<Team>
    create: (team: Readonly<{ name: string; description?: string }>) => Promise<Team>
    delete: (id: number) => Promise<void>
  }>
  labels: Readonly<{
    list: () => Promise<readonly Label[]>
    /** With a `query`, with `criteria`, or with the `hosts` that it has: ids, names, serial numbers or UUIDs. */
    create: (label: NewLabel) => Promise<Label>
    setHosts: (id: number, hosts: readonly (string | number)[]) => Promise<Label>
    delete: (name: string) => Promise<void>
  }>
  profiles: Readonly<{
    /** Those of a team, or of no team (null). */
    list: (teamId: number | null, page?: Page) => Promise<Readonly<{ profiles: readonly Profile[]; meta: PageMeta }>>
    get: (profileUuid: string) => Promise<Profile>
    /** Answers the profile's id. `name` is the file's, and ends in `.mobileconfig` or, for declarations, in `.json`. */
    upload: (file: Readonly<{ name: string; bytes: Uint8Array }>, teamId: number | null, labels?: LabelNames) => Promise<string>
    download: (profileUuid: string) => Promise<Uint8Array>
    delete: (profileUuid: string) => Promise<void>
    status: (profileUuid: string) => Promise<StatusCounts>
    /** Sends it again to every host on which it failed; answers how many. */
    resendFailed: (profileUuid: string) => Promise<number>
  }>
  secrets: Readonly<{
    /** Sets what `$FLEET_SECRET_<NAME>` stands for; settings that hold one are delivered again when its value changed. */
    put: (secrets: readonly Readonly<{ name: string; value: string }>[], dryRun?: boolean) => Promise<void>
    /** Names alone. */
    list: () => Promise<readonly string[]>
  }>
  /** Settings as a whole, for those who keep them in files. */
  settings: SettingsClient
  enrollSecrets: EnrollSecretsClient
  /** What an operator looks after. */
  upkeep: UpkeepClient
  audit: AuditClient
  past: PastClient
  /** Why something is on a host, or is not. */
  explain: ExplanationsClient
  changeSets: ChangeSetsClient
  /** How many hosts of a team, or of no team (null), stand where over all their profiles. */
  summary: (teamId: number | null) => Promise<StatusCounts>
  commands: Readonly<{
    /** `command`: a property list, whole or only what stands under `Command`. */
    run: (command: Uint8Array, hostUuids: readonly string[]) => Promise<CommandStarted>
    list: (
      filter?: Page & Readonly<{ host_identifier?: string; request_type?: string }>,
    ) => Promise<Readonly<{ results: readonly Command[]; meta: PageMeta }>>
    results: (commandUuid: string, page?: Page) => Promise<readonly CommandResult[]>
  }>
  /** A signed enrollment profile for one device. */
  enrollmentProfile: () => Promise<Uint8Array>
  pushCertificate: Readonly<{
    get: () => Promise<PushCertificate>
    /** PEM both. `replaceTopic`: take it although its topic is another, which cuts the enrolled devices off. */
    upload: (identity: Readonly<{ certificatePem: string; keyPem: string; replaceTopic?: boolean }>) => Promise<PushCertificate>
  }>
  /** What happened, the newest first; `before` is the position where the page before ended. */
  activities: (page?: Readonly<{ before?: string; per_page?: number; change_set?: string }>) => Promise<Activities>
  statistics: () => Promise<Statistics>
  projections: Readonly<{
    /** Every filling of every read model, the unfinished ones too. */
    list: () => Promise<readonly Projection[]>
    /** Fills read models anew beside those that are asked; all of them unless named. Answers which. */
    rebuild: (names?: readonly string[]) => Promise<readonly string[]>
  }>
  /** Ends the connections that are kept open. */
  close: () => void
}>

/** A client of one server's admin API. Throws `ApiError` when the URL is none. */
export const musterClient = (options: ConnectionOptions): MusterClient => {
  const { json, bytes, stream, close } = openConnection(options)
  const get = <T>(path: string, query: Parameters = {}): Promise<T> => json<T>({ method: 'GET', path, query })
  const post = <T>(path: string, body: unknown): Promise<T> => json<T>({ method: 'POST', path, json: body })
  const remove = async (path: string): Promise<void> => {
    await json({ method: 'DELETE', path })
  }

  return {
    hosts: {
      list: (filter = {}) => get('/hosts', filter),
      count: async (filter = {}) => (await get<Readonly<{ count: number }>>('/hosts/count', filter)).count,
      get: async (id) => (await get<Readonly<{ host: Host }>>(pathOf`/hosts/${id}`)).host,
      find: async (identifier) => (await get<Readonly<{ host: Host }>>(pathOf`/hosts/identifier/${identifier}`)).host,
      history: (id, page = {}) => get(pathOf`/hosts/${id}/history`, page),
      at: (id, at) => get(pathOf`/hosts/${id}`, { at }),
      transfer: async (hosts, team_id) => {
        await post('/hosts/transfer', { team_id, hosts })
      },
      merge: async (id, absorbed) => {
        await post(pathOf`/hosts/${id}/merges`, { host_id: absorbed })
      },
      split: async (id, absorbed) => {
        await remove(pathOf`/hosts/${id}/merges/${absorbed}`)
      },
      resendProfile: async (id, profileUuid) => {
        await post(pathOf`/hosts/${id}/configuration_profiles/${profileUuid}/resend`, {})
      },
      refetch: async (id) => {
        await post(pathOf`/hosts/${id}/refetch`, {})
      },
      lock: (id, { message, viewPin = false } = {}) =>
        post(`${pathOf`/hosts/${id}/lock`}${viewPin ? '?view_pin=true' : ''}`, message === undefined ? {} : { message }),
      unlock: (id) => post(pathOf`/hosts/${id}/unlock`, {}),
      wipe: (id) => post(pathOf`/hosts/${id}/wipe`, {}),
      pin: async (id) => (await get<Readonly<{ unlock_pin: string }>>(pathOf`/hosts/${id}/lock/pin`)).unlock_pin,
      clearPasscode: (id) => started(post(pathOf`/hosts/${id}/clear_passcode`, {})),
      release: (id) => started(post(pathOf`/hosts/${id}/release`, {})),
      renewIdentity: (id) => started(post(pathOf`/hosts/${id}/mdm/renewals`, {})),
      unenroll: (id) => remove(pathOf`/hosts/${id}/mdm`),
      forget: (id, wish) => post(pathOf`/hosts/${id}/forget`, wish),
      enrollment: (id) => get(pathOf`/hosts/${id}/mdm`),
      declarations: async (id) =>
        (await get<Readonly<{ declarations: readonly HostDeclaration[] }>>(pathOf`/hosts/${id}/declarations`)).declarations,
      cancelCommand: (id, commandUuid) => remove(pathOf`/hosts/${id}/commands/${commandUuid}`),
    },
    teams: {
      list: async () => (await get<Readonly<{ teams: readonly Team[] }>>('/teams')).teams,
      get: async (id) => (await get<Readonly<{ team: Team }>>(pathOf`/teams/${id}`)).team,
      create: async (team) => (await post<Readonly<{ team: Team }>>('/teams', team)).team,
      delete: (id) => remove(pathOf`/teams/${id}`),
    },
    labels: {
      list: async () => (await get<Readonly<{ labels: readonly Label[] }>>('/labels')).labels,
      create: async (label) => (await post<Readonly<{ label: Label }>>('/labels', label)).label,
      setHosts: async (id, hosts) =>
        (await json<Readonly<{ label: Label }>>({ method: 'PATCH', path: pathOf`/labels/${id}`, json: { hosts } })).label,
      delete: (name) => remove(pathOf`/labels/${name}`),
    },
    profiles: {
      list: (teamId, page = {}) => get('/configuration_profiles', { ...page, ...teamQuery(teamId) }),
      get: (profileUuid) => get(pathOf`/configuration_profiles/${profileUuid}`),
      upload: async ({ name, bytes: content }, teamId, labels = {}) => {
        const fields = { ...(teamId === null ? {} : { team_id: String(teamId) }), ...labels }
        const form = { fields, file: { field: 'profile', name, bytes: content } }
        const call = { method: 'POST', path: '/configuration_profiles', form } as const
        return (await json<Readonly<{ profile_uuid: string }>>(call)).profile_uuid
      },
      download: (profileUuid) =>
        bytes({ method: 'GET', path: pathOf`/configuration_profiles/${profileUuid}`, query: { alt: 'media' } }),
      delete: (profileUuid) => remove(pathOf`/configuration_profiles/${profileUuid}`),
      status: (profileUuid) => get(pathOf`/configuration_profiles/${profileUuid}/status`),
      resendFailed: async (profile_uuid) => {
        const body = { profile_uuid, filters: { profile_status: 'failed' } }
        return (await post<Readonly<{ host_count: number }>>('/configuration_profiles/resend/batch', body)).host_count
      },
    },
    secrets: {
      put: async (secrets, dryRun = false) => {
        await json({ method: 'PUT', path: '/spec/secret_variables', json: { secrets, dry_run: dryRun } })
      },
      list: async () => {
        const path = '/custom_variables'
        const { custom_variables: all } = await get<{ custom_variables: readonly Readonly<{ name: string }>[] }>(path)
        return all.map(({ name }) => name)
      },
    },
    enrollSecrets: enrollSecretsClient({ json }),
    audit: auditClient({ json, stream }),
    past: pastClient({ json }),
    explain: explanationsClient({ json }),
    changeSets: changeSetsClient({ json }),
    settings: settingsClient({ json }),
    upkeep: upkeepClient({ json }),
    summary: (teamId) => get('/configuration_profiles/summary', teamQuery(teamId)),
    commands: {
      run: (command, hostUuids) =>
        post('/commands/run', { command: Buffer.from(command).toString('base64'), host_uuids: hostUuids }),
      list: (filter = {}) => get('/commands', filter),
      results: async (command_uuid, page = {}) =>
        (await get<Readonly<{ results: readonly CommandResult[] }>>('/commands/results', { ...page, command_uuid })).results,
    },
    enrollmentProfile: () => bytes({ method: 'GET', path: '/enrollment_profiles/manual' }),
    pushCertificate: {
      get: () => get('/mdm/apple/push_certificate'),
      upload: ({ certificatePem, keyPem, replaceTopic = false }) =>
        post('/mdm/apple/push_certificate', { certificate: certificatePem, key: keyPem, replace_topic: replaceTopic }),
    },
    activities: (page = {}) => get('/activities', page),
    statistics: () => get('/statistics'),
    projections: {
      list: async () => (await get<Readonly<{ projections: readonly Projection[] }>>('/projections')).projections,
      rebuild: async (names) =>
        (await post<Readonly<{ names: readonly string[] }>>('/projections/rebuilds', names === undefined ? {} : { names })).names,
    },
    close,
  }
}

const started = async (answer: Promise<Readonly<{ command_uuid: string }>>): Promise<string> => (await answer).command_uuid

const teamQuery = (teamId: number | null): Readonly<{ team_id?: number }> => (teamId === null ? {} : { team_id: teamId })
