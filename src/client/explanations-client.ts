import type { Connection } from './connection.ts'
import { pathOf } from './connection.ts'
import type { Explanation } from './history-json.ts'

/** Explanations, now or (`at`) at a time in ISO 8601 or a position of the log. */
export type ExplanationsClient = Readonly<{
  profile: (hostId: number, profileUuid: string, at?: string) => Promise<Explanation>
  command: (hostId: number, commandUuid: string, at?: string) => Promise<Explanation>
  /** Why a host lacks a profile, by id or by a name that only one profile has. */
  missing: (hostId: number, profile: string, at?: string) => Promise<Explanation>
}>

export const explanationsClient = ({ json }: Pick<Connection, 'json'>): ExplanationsClient => {
  const get = (path: string, query: Readonly<Record<string, string>>, at: string | undefined) =>
    json<Explanation>({ method: 'GET', path, query: { ...query, ...(at !== undefined && { at }) } })
  return {
    profile: (hostId, uuid, at) => get(pathOf`/hosts/${hostId}/profiles/${uuid}/explain`, {}, at),
    command: (hostId, uuid, at) => get(pathOf`/hosts/${hostId}/commands/${uuid}/explain`, {}, at),
    missing: (hostId, missing, at) => get(pathOf`/hosts/${hostId}/explain`, { missing }, at),
  }
}
