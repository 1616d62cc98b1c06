import type { ConnectionOptions, Parameters } from './connection.ts'
import { openConnection, pathOf } from './connection.ts'
import type {
  Activities,
  Command,
  CommandResult,
  CommandStarted,
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
import type { AuditClient } from './audit-client.ts'
import { auditClient } from './audit-client.ts'
import type { HostsClient, Page } from './hosts-client.ts'
import { hostsClient } from './hosts-client.ts'
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
import type { WebhooksClient } from './webhooks-client.ts'
import { webhooksClient } from './webhooks-client.ts'
import type { UpkeepClient } from './upkeep-client.ts'
import { upkeepClient } from './upkeep-client.ts'

/** Which hosts of the team settings are for, by names of labels. */
export type LabelNames = Readonly<{
  labels_include_all?: readonly string[]
  labels_include_any?: readonly string[]
  labels_exclude_any?: readonly string[]
}>

type UploadedFile = Readonly<{ name: string; bytes: Uint8Array }>

/** The admin API as functions. Every one of them throws `ApiError` when the server refuses or cannot be reached. */
export type MusterClient = Readonly<{
  hosts: HostsClient
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
    upload: (file: UploadedFile, teamId: number | null, labels?: LabelNames) => Promise<string>
    /** As `upload`, with what systems do not heed in it. */
    uploadTold: (
      file: UploadedFile,
      teamId: number | null,
      labels?: LabelNames,
    ) => Promise<Readonly<{ profile_uuid: string; warnings?: readonly string[] }>>
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
  webhooks: WebhooksClient
  audit: AuditClient
  /** The bytes of a backup as they come. One that breaks off has no footer, and is not taken in. */
  backup: () => Promise<AsyncIterable<Uint8Array>>
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
  const upload: MusterClient['profiles']['uploadTold'] = ({ name, bytes: content }, teamId, labels = {}) => {
    const fields = { ...(teamId === null ? {} : { team_id: String(teamId) }), ...labels }
    const form = { fields, file: { field: 'profile', name, bytes: content } }
    return json({ method: 'POST', path: '/configuration_profiles', form })
  }

  return {
    hosts: hostsClient({ json }),
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
      upload: async (...wish) => (await upload(...wish)).profile_uuid,
      uploadTold: upload,
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
    backup: () => stream({ method: 'GET', path: '/backup' }),
    past: pastClient({ json }),
    explain: explanationsClient({ json }),
    changeSets: changeSetsClient({ json }),
    settings: settingsClient({ json }),
    upkeep: upkeepClient({ json }),
    webhooks: webhooksClient({ json }),
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

const teamQuery = (teamId: number | null): Readonly<{ team_id?: number }> => (teamId === null ? {} : { team_id: teamId })
