import type { CommandEvent, QueuedCommand, Reason } from '../domain/commands/events.ts'
import type { Request } from '../domain/commands/requests.ts'
import type { OfType, Recorded } from '../kernel/event.ts'

/** What every table of commands tells of one: whose it is, and as what it was queued. */
export type HostCommandRow = Readonly<{
  host_id: string
  command_id: string
  channel: string
  request: Request
  reason: Reason
  queued_at: string
  /** When it is given up; null: never. */
  deadline: string | null
}>

/** The columns of `HostCommandRow`. */
export const hostCommandColumns = `
    host_id text not null,
    command_id text not null,
    channel text not null,
    request jsonb not null,
    reason jsonb not null,
    queued_at timestamptz not null,
    deadline timestamptz`

export const hostCommandKey = ['host_id', 'command_id'] as const

type About<T extends CommandEvent['type']> = Recorded<OfType<CommandEvent, T>>

/** The row that an event about one command is about. */
export const itsRow = ({ id, data }: About<'CommandSent' | 'CommandDeferred' | 'CommandHeld' | 'CommandAnswered'>) => ({
  host_id: id,
  command_id: data.commandId,
})

/** The rows of commands that were cancelled. */
export const cancelledRows = ({ id, data }: About<'CommandsCancelled'>) =>
  data.commandIds.map((commandId) => ({ host_id: id, command_id: commandId }))

/** Each command that was queued, with its row and what every table keeps of it. */
export const queuedRows = ({ id, at, data }: About<'CommandsQueued'>) =>
  data.commands.map((command, place) => ({
    ...{ command, place },
    where: { host_id: id, command_id: command.commandId },
    set: asQueued(command, at),
  }))

const asQueued = ({ channel, request, reason, deadline }: QueuedCommand, at: string) => ({
  ...{ channel, request, reason },
  queued_at: at,
  deadline: deadline ?? null,
})
