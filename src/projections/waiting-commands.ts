import type { CommandEvent, Reason } from '../domain/commands/events.ts'
import type { Request } from '../domain/commands/requests.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type WaitingCommandRow = Readonly<{
  host_id: string
  command_id: string
  channel: string
  request: Request
  reason: Reason
  queued_at: string
  queued_position: string
  place: number
  sent_at: string | null
  deferred_at: string | null
}>

/**
 * The commands that each channel has yet to answer. Besides the runner, the device's own request applies its events here, so that the next
 * command is decided from what just happened.
 */
export const waitingCommands: Projection<CommandEvent, WaitingCommandRow> = {
  name: 'waiting_commands',
  version: 1,
  schema: `
    host_id text not null,
    command_id text not null,
    channel text not null,
    request jsonb not null,
    reason jsonb not null,
    queued_at timestamptz not null,
    queued_position text collate "C" not null,
    place integer not null,
    sent_at timestamptz,
    deferred_at timestamptz`,
  key: ['host_id', 'command_id'],
  indexes: ['(host_id, channel, queued_position, place)'],

  on: {
    CommandsQueued: ({ id, at, position, data }) =>
      data.commands.map(({ commandId, channel, request, reason }, place) => ({
        where: { host_id: id, command_id: commandId },
        set: { channel, request, reason, queued_at: at, queued_position: position, place },
      })),
    CommandSent: ({ id, at, data }) => ({ where: { host_id: id, command_id: data.commandId }, change: { sent_at: at } }),
    CommandDeferred: ({ id, at, data }) => ({ where: { host_id: id, command_id: data.commandId }, change: { deferred_at: at } }),
    CommandAnswered: ({ id, data }) => ({ where: { host_id: id, command_id: data.commandId }, remove: true }),
    CommandsCancelled: ({ id, data }) =>
      data.commandIds.map((commandId) => ({ where: { host_id: id, command_id: commandId }, remove: true })),
  },
}

/** The next command of a channel, passing over those deferred since `notDeferredSince` (ISO 8601) and the `except`ed ones. */
export const nextCommand = (hostId: string, channel: string, notDeferredSince: string, except: readonly string[]) =>
  query<Pick<WaitingCommandRow, 'command_id' | 'request' | 'sent_at'>>`
    select command_id, request, sent_at from waiting_commands
    where host_id = ${hostId} and channel = ${channel} and (deferred_at is null or deferred_at < ${notDeferredSince})
      and command_id <> all(${except})
    order by queued_position, place limit 1`
