import { query } from '../kernel/query.ts'

/** Telemetry, as times: when a host was last heard of, and last woken; null: never. */
export type HostSignals = Readonly<{ seen_at: string | null; pushed_at: string | null }>

export const signalsOfHost = (hostId: string) =>
  query<HostSignals>`
    select (select seen_at from host_seen where host_id = ${hostId}) as seen_at,
           (select pushed_at from channel_pushes where host_id = ${hostId} and channel = 'device') as pushed_at`

/** What a command of a host asks for; none for a command that the host was never given. */
export const requestOfCommand = (hostId: string, commandId: string) =>
  query<Readonly<{ profile_id: string | null }>>`
    select request->>'profileId' as profile_id from commands where host_id = ${hostId} and command_id = ${commandId}`
