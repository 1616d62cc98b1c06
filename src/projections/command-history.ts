import type { CommandEvent, DeviceError, Reason } from '../domain/commands/events.ts'
import type { Request } from '../domain/commands/requests.ts'
import type { SealedContent } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type CommandRow = Readonly<{
  host_id: string
  command_id: string
  channel: string
  request: Request
  reason: Reason
  status: 'queued' | 'sent' | 'deferred' | 'acknowledged' | 'failed' | 'malformed' | 'cancelled'
  queued_at: string
  updated_at: string
  errors: readonly DeviceError[] | null
  result: SealedContent | null
  cancelled_because: string | null
}>

/** Every command ever queued, with how it ended. */
export const commandHistory: Projection<CommandEvent, CommandRow> = {
  name: 'commands',
  version: 1,
  schema: `
    host_id text not null,
    command_id text not null,
    channel text not null,
    request jsonb not null,
    reason jsonb not null,
    status text not null,
    queued_at timestamptz not null,
    updated_at timestamptz not null,
    errors jsonb,
    result jsonb,
    cancelled_because text`,
  key: ['host_id', 'command_id'],
  indexes: ['(command_id)', '(updated_at)'],

  on: {
    CommandsQueued: ({ id, at, data }) =>
      data.commands.map(({ commandId, channel, request, reason }) => ({
        where: { host_id: id, command_id: commandId },
        set: { channel, request, reason, status: 'queued', queued_at: at, updated_at: at },
      })),
    CommandSent: ({ id, at, data }) => ({
      where: { host_id: id, command_id: data.commandId },
      change: { status: 'sent', updated_at: at },
    }),
    CommandDeferred: ({ id, at, data }) => ({
      where: { host_id: id, command_id: data.commandId },
      change: { status: 'deferred', updated_at: at },
    }),
    CommandAnswered: ({ id, at, data: { commandId, outcome, errors, result } }) => ({
      where: { host_id: id, command_id: commandId },
      change: { status: outcome, errors, result, updated_at: at },
    }),
    CommandsCancelled: ({ id, at, data }) =>
      data.commandIds.map((commandId) => ({
        where: { host_id: id, command_id: commandId },
        change: { status: 'cancelled', cancelled_because: data.because, updated_at: at },
      })),
  },
}

type CommandWithHost = CommandRow & Readonly<{ hardware_id: string; host_name: string | null }>

/** The latest commands, of one host or of all; newest first. */
export const latestCommands = (page: Readonly<{ hostId: string | null; limit: number; offset: number }>) =>
  query<CommandWithHost>`
    select c.*, h.hardware_id, h.name as host_name from commands c join hosts h using (host_id)
    where (${page.hostId}::text is null or c.host_id = ${page.hostId})
    order by c.updated_at desc, c.command_id limit ${page.limit} offset ${page.offset}`

/** What became of one command on each of its hosts. */
export const resultsOf = (commandId: string) =>
  query<CommandWithHost>`
    select c.*, h.hardware_id, h.name as host_name from commands c join hosts h using (host_id)
    where c.command_id = ${commandId} order by c.host_id limit 10000`
