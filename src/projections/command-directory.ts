import type { Query } from '../kernel/query.ts'
import { query } from '../kernel/query.ts'
import type { CommandRow } from './command-history.ts'

type Page = Readonly<{ limit: number; offset: number }>

/** `pushed_at` is telemetry: when the host was last pushed to; `push_problem`: why that push was not taken, null if it was. */
type OfHost = Readonly<{
  hardware_id: string
  host_name: string | null
  serial: string | null
  platform: string
  team_id: string
  pushed_at: string | null
  push_problem: string | null
}>

/** A command in a list: without what the host answered. */
export type ListedCommand = Omit<CommandRow, 'result'> & OfHost

/** A command with the sealed answer of the host. */
export type CommandWithResult = CommandRow & OfHost

export type CommandStatus = CommandRow['status']

/**
 * Commands of one host or of all (null), of one type of request or of all, in these states or in any, the latest change first. `kind` is that of
 * the requests which have no type of their own but mean this one.
 */
export const commandsPage = (
  filter: Readonly<{
    hostId: string | null
    kind: string | null
    requestType: string | null
    statuses: readonly CommandStatus[] | null
  }>,
  page: Page & Readonly<{ oldestFirst?: boolean }>,
): Query<ListedCommand> => ({
  text: `
    select c.host_id, c.command_id, c.channel, c.request, c.reason, c.status, c.queued_at, c.deadline, c.updated_at, c.errors, c.cancelled_because,
           c.held, c.code,
           h.hardware_id, h.name as host_name, h.serial, h.platform, h.team_id, p.pushed_at, p.problem as push_problem
    from commands c join hosts h using (host_id) left join channel_pushes p on p.host_id = c.host_id and p.channel = c.channel
    where ($1::text is null or c.host_id = $1)
      and ($2::text is null or c.request->>'kind' = $3 or c.request->>'requestType' = $2)
      and ($4::text[] is null or c.status = any($4))
    order by c.updated_at ${page.oldestFirst === true ? 'asc' : 'desc'}, c.command_id, c.host_id limit $5 offset $6`,
  values: [filter.hostId, filter.requestType, filter.kind, filter.statuses, page.limit, page.offset],
})

/** What became of one command on its hosts, a page of them. */
export const commandResultsPage = (commandId: string, page: Page): Query<CommandWithResult> =>
  query<CommandWithResult>`
    select c.host_id, c.command_id, c.channel, c.request, c.reason, c.status, c.queued_at, c.deadline, c.updated_at, c.errors, c.result,
           c.cancelled_because, c.held, c.code, h.hardware_id, h.name as host_name, h.serial, h.platform, h.team_id, p.pushed_at, p.problem as push_problem
    from commands c join hosts h using (host_id) left join channel_pushes p on p.host_id = c.host_id and p.channel = c.channel
    where c.command_id = ${commandId} order by c.host_id limit ${page.limit} offset ${page.offset}`

/** A host that was given this command, whichever came first to hand: all were given the same. */
export const firstUseOf = (commandId: string) =>
  query<Pick<CommandRow, 'host_id' | 'request'>>`
    select host_id, request from commands where command_id = ${commandId} order by host_id limit 1`

/** The versions of a profile that were ever handed to a host, or may have been. */
export const profileVersionsSent = (hostId: string, profileId: string) =>
  query<Readonly<{ checksum: string }>>`
    select distinct request->>'checksum' as checksum from commands
    where host_id = ${hostId} and request->>'kind' = 'install-profile' and request->>'profileId' = ${profileId}
      and status <> 'queued'`
