import type { Forgotten, ForgetWish } from './audit-client.ts'
import type { Connection, Parameters } from './connection.ts'
import { pathOf } from './connection.ts'
import type { Transfer, TransferUnderWay } from './history-json.ts'
import type { Custody, History, Host, HostAsOf, HostDeclaration, HostEnrollment, PageMeta } from './json.ts'

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

/**
 * A part of a host's history: revisions after and before these (exclusive), at most `limit` (100 unless told), of these types (with commas
 * between) alone. Latest first unless told.
 */
export type HistoryPage = Readonly<{ order?: 'asc' | 'desc'; after?: number; before?: number; limit?: number; type?: string }>

/** Hosts, and what is done to one. Every function throws `ApiError`. */
export type HostsClient = Readonly<{
  list: (filter?: HostFilter) => Promise<Readonly<{ hosts: readonly Host[]; meta: PageMeta }>>
  count: (filter?: Omit<HostFilter, 'page' | 'per_page' | 'order_key' | 'order_direction'>) => Promise<number>
  get: (id: number) => Promise<Host>
  /** By UUID, serial number or name. */
  find: (identifier: string) => Promise<Host>
  history: (id: number, page?: HistoryPage) => Promise<History>
  /** As it was at a time (ISO 8601) or at a position of the log. */
  at: (id: number, at: string) => Promise<HostAsOf>
  /** To a team, or to none (null); at most 10,000 at once. Null: they are moved; else what moves them from now on. */
  transfer: (ids: readonly number[], teamId: number | null) => Promise<TransferUnderWay | null>
  /** How far a transfer of many hosts is. */
  transferState: (id: string) => Promise<Transfer>
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
  /** Lets its agent enroll it again after it was sent away. */
  readmit: (id: number) => Promise<void>
  /** Destroys the key of its secrets, and what tells whose it is; `confirm` is its serial number or id. `force` ends its enrollment. */
  forget: (id: number, wish: ForgetWish) => Promise<Forgotten>
  /** How its enrollment stands. */
  enrollment: (id: number) => Promise<HostEnrollment>
  declarations: (id: number) => Promise<readonly HostDeclaration[]>
  /** Takes back a command that was not handed out yet. */
  cancelCommand: (id: number, commandUuid: string) => Promise<void>
}>

export const hostsClient = ({ json }: Pick<Connection, 'json'>): HostsClient => {
  const get = <T>(path: string, query: Parameters = {}): Promise<T> => json<T>({ method: 'GET', path, query })
  const post = <T>(path: string, body: unknown): Promise<T> => json<T>({ method: 'POST', path, json: body })
  const remove = async (path: string): Promise<void> => {
    await json({ method: 'DELETE', path })
  }

  return {
    list: (filter = {}) => get('/hosts', filter),
    count: async (filter = {}) => (await get<Readonly<{ count: number }>>('/hosts/count', filter)).count,
    get: async (id) => (await get<Readonly<{ host: Host }>>(pathOf`/hosts/${id}`)).host,
    find: async (identifier) => (await get<Readonly<{ host: Host }>>(pathOf`/hosts/identifier/${identifier}`)).host,
    history: (id, page = {}) => get(pathOf`/hosts/${id}/history`, page),
    at: (id, at) => get(pathOf`/hosts/${id}`, { at }),
    transfer: async (hosts, team_id) => {
      const answer = await post<Partial<TransferUnderWay>>('/hosts/transfer', { team_id, hosts })
      const { transfer, change_set } = answer
      return transfer === undefined || change_set === undefined ? null : { transfer, change_set, hosts: hosts.length }
    },
    transferState: async (id) => (await get<Readonly<{ transfer: Transfer }>>(pathOf`/transfers/${id}`)).transfer,
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
    readmit: async (id) => {
      await post(pathOf`/hosts/${id}/mdm/readmissions`, {})
    },
    forget: (id, wish) => post(pathOf`/hosts/${id}/forget`, wish),
    enrollment: (id) => get(pathOf`/hosts/${id}/mdm`),
    declarations: async (id) =>
      (await get<Readonly<{ declarations: readonly HostDeclaration[] }>>(pathOf`/hosts/${id}/declarations`)).declarations,
    cancelCommand: (id, commandUuid) => remove(pathOf`/hosts/${id}/commands/${commandUuid}`),
  }
}

const started = async (answer: Promise<Readonly<{ command_uuid: string }>>): Promise<string> => (await answer).command_uuid
