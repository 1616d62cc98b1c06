import type { CommandEvent, DeviceError, HoldReason, Reason } from '../domain/commands/events.ts'
import type { Request } from '../domain/commands/requests.ts'
import type { SealedContent } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'

export type CommandRow = Readonly<{
  host_id: string
  command_id: string
  channel: string
  request: Request
  reason: Reason
  status: 'queued' | 'sent' | 'deferred' | 'acknowledged' | 'failed' | 'malformed' | 'cancelled'
  queued_at: string
  /** When it is given up; null: never. */
  deadline: string | null
  updated_at: string
  errors: readonly DeviceError[] | null
  result: SealedContent | null
  cancelled_because: string | null
  /** Why it stayed behind when its host last called; null: it did not. */
  held: HoldReason | null
  /** The number that a Windows device answered with; null: the usual one. */
  code: string | null
}>

/** Every command ever queued, with how it ended. */
export const commandHistory: Projection<CommandEvent, CommandRow> = {
  name: 'commands',
  version: 3,
  schema: `
    host_id text not null,
    command_id text not null,
    channel text not null,
    request jsonb not null,
    reason jsonb not null,
    status text not null,
    queued_at timestamptz not null,
    deadline timestamptz,
    updated_at timestamptz not null,
    errors jsonb,
    result jsonb,
    cancelled_because text,
    held text,
    code text`,
  key: ['host_id', 'command_id'],
  indexes: ['(command_id)', '(updated_at)'],

  on: {
    CommandsQueued: ({ id, at, data }) =>
      data.commands.map(({ commandId, channel, request, reason, deadline = null }) => ({
        where: { host_id: id, command_id: commandId },
        set: { channel, request, reason, status: 'queued', queued_at: at, deadline, updated_at: at },
      })),
    CommandSent: ({ id, at, data }) => ({
      where: { host_id: id, command_id: data.commandId },
      change: { status: 'sent', held: null, updated_at: at },
    }),
    CommandDeferred: ({ id, at, data }) => ({
      where: { host_id: id, command_id: data.commandId },
      change: { status: 'deferred', updated_at: at },
    }),
    CommandHeld: ({ id, at, data }) => ({
      where: { host_id: id, command_id: data.commandId },
      change: { held: data.because, updated_at: at },
    }),
    CommandAnswered: ({ id, at, data: { commandId, outcome, errors, result, code = null } }) => ({
      where: { host_id: id, command_id: commandId },
      change: { status: outcome, errors, result, code, updated_at: at },
    }),
    CommandsCancelled: ({ id, at, data }) =>
      data.commandIds.map((commandId) => ({
        where: { host_id: id, command_id: commandId },
        change: { status: 'cancelled', cancelled_because: data.because, updated_at: at },
      })),
  },
}
