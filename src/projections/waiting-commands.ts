import type { CommandEvent, HoldReason, Reason } from '../domain/commands/events.ts'
import type { Request } from '../domain/commands/requests.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'
import type { HostCommandRow } from './host-commands.ts'
import { cancelledRows, hostCommandColumns, hostCommandKey, itsRow, queuedRows } from './host-commands.ts'

export type WaitingCommandRow = HostCommandRow &
  Readonly<{
    queued_position: string
    place: number
    priority: number
    sent_at: string | null
    deferred_at: string | null
    /** Why it stayed behind when its host last called; null: it did not. Nobody is woken for it. */
    held: HoldReason | null
  }>

/** The commands that each channel has yet to answer: for people, for sweeps, and for who is to be woken. */
export const waitingCommands: Projection<CommandEvent, WaitingCommandRow> = {
  name: 'waiting_commands',
  version: 3,
  schema: `${hostCommandColumns},
    queued_position text collate "C" not null,
    place integer not null,
    priority integer not null default 0,
    sent_at timestamptz,
    deferred_at timestamptz,
    held text`,
  key: hostCommandKey,
  indexes: ['(host_id, channel, queued_position, place)', '(deadline)'],

  on: {
    CommandsQueued: (event) =>
      queuedRows(event).map(({ command: { priority = 0 }, place, where, set }) => ({
        where,
        set: { ...set, queued_position: event.position, place, priority },
      })),
    CommandSent: (event) => ({ where: itsRow(event), change: { sent_at: event.at, held: null } }),
    CommandHeld: (event) => ({ where: itsRow(event), change: { held: event.data.because } }),
    CommandDeferred: (event) => ({ where: itsRow(event), change: { deferred_at: event.at } }),
    CommandAnswered: (event) => ({ where: itsRow(event), remove: true }),
    CommandsCancelled: (event) => cancelledRows(event).map((where) => ({ where, remove: true })),
  },
}

/** Hosts with commands that are past their deadline. */
export const hostsWithExpired = (now: string, limit: number) =>
  query<Readonly<{ host_id: string }>>`select distinct host_id from waiting_commands where deadline <= ${now} limit ${limit}`

export type UpcomingCommand = Readonly<{
  host_id: string
  command_id: string
  request: Request
  reason: Reason
  queued_at: string
  sent_at: string | null
}>

/** What waits for a host on all its channels, in the order in which it will be handed out. */
export const upcomingCommands = (hostId: string, limit: number, offset: number) =>
  query<UpcomingCommand>`
    select host_id, command_id, request, reason, queued_at, sent_at from waiting_commands where host_id = ${hostId}
    order by priority desc, queued_position, place limit ${limit} offset ${offset}`

/** What waits on a channel in the order in which it is handed out, for protocols that hand out several at a time. */
export const commandsToSend = (hostId: string, channel: string, limit: number) =>
  query<Pick<WaitingCommandRow, 'command_id' | 'request' | 'reason' | 'sent_at'>>`
    select command_id, request, reason, sent_at from waiting_commands where host_id = ${hostId} and channel = ${channel}
    order by priority desc, queued_position, place limit ${limit}`
