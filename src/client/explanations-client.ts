import type { Connection } from './connection.ts'
import { pathOf } from './connection.ts'
import type { Actor } from './json.ts'

/** One event that led to how things stand. */
export type ExplanationLink = Readonly<{
  position: string
  at: string
  type: string
  stream: Readonly<{ category: string; id: string; name: string }>
  sentence: string
  why: string | null
  actor: Actor
  change_set: string
}>

/** Why something stands on a host as it does; the chain is oldest first. */
export type Explanation = Readonly<{
  host_id: number
  subject: Readonly<{ kind: 'profile' | 'command' | 'missing'; uuid: string; name: string }>
  /** One plain sentence. */
  verdict: string
  /** Of profiles as lists show it, or `absent`; of commands how far they got. */
  status: string
  operation_type: 'install' | 'remove' | null
  chain: readonly ExplanationLink[]
  /** How many events of a very long story were not told. */
  left_out: number
}>

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
