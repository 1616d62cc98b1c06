import { query } from '../kernel/query.ts'

/** Telemetry, as times: when a host was last heard of, and last pushed to; null: never. `problem`: why that push was not taken. */
export type HostSignals = Readonly<{ seen_at: string | null; pushed_at: string | null; problem: string | null }>

export const signalsOfHost = (hostId: string) =>
  query<HostSignals>`
    select (select seen_at from host_seen where host_id = ${hostId}) as seen_at, p.pushed_at, p.problem
    from (select) one left join channel_pushes p on p.host_id = ${hostId} and p.channel = 'device'`

/** What a command of a host asks for; none for a command that the host was never given. */
export const requestOfCommand = (hostId: string, commandId: string) =>
  query<Readonly<{ profile_id: string | null }>>`
    select request->>'profileId' as profile_id from commands where host_id = ${hostId} and command_id = ${commandId}`
