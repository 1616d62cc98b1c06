import type { CommandEvent, Reason } from '../domain/commands/events.ts'
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
  }>

/**
 * The commands that each channel has yet to answer. Besides the runner, the device's own request applies its events here, so that the next
 * command is decided from what just happened.
 */
export const waitingCommands: Projection<CommandEvent, WaitingCommandRow> = {
  name: 'waiting_commands',
  version: 2,
  schema: `${hostCommandColumns},
    queued_position text collate "C" not null,
    place integer not null,
    priority integer not null default 0,
    sent_at timestamptz,
    deferred_at timestamptz`,
  key: hostCommandKey,
  indexes: ['(host_id, channel, queued_position, place)', '(deadline)'],

  on: {
    CommandsQueued: (event) =>
      queuedRows(event).map(({ command: { priority = 0 }, place, where, set }) => ({
        where,
        set: { ...set, queued_position: event.position, place, priority },
      })),
    CommandSent: (event) => ({ where: itsRow(event), change: { sent_at: event.at } }),
    CommandDeferred: (event) => ({ where: itsRow(event), change: { deferred_at: event.at } }),
    CommandAnswered: (event) => ({ where: itsRow(event), remove: true }),
    CommandsCancelled: (event) => cancelledRows(event).map((where) => ({ where, remove: true })),
  },
}

/** What one look at a channel tells: whether a person's unlocking is waited for, whether the host should be gone, and the next command, if there is one. */
export type Offer = Readonly<{
  awaits_unlock: boolean
  /** An admin asked the host to leave, and its enrollment counts as ended: it is to remove its profile. */
  sent_away: boolean
  command_id: string | null
  request: Request | null
}>

/**
 * The next command of a channel, passing over those deferred since `notDeferredSince` (ISO 8601) and the `except`ed ones: what was handed out
 * before `stuckBefore` and never answered goes last, so that it holds up nothing; else by priority, then in the order of queueing.
 */
export const nextCommand = (
  hostId: string,
  channel: string,
  passing: Readonly<{ notDeferredSince: string; stuckBefore: string; except: readonly string[] }>,
) =>
  query<Offer>`
    select exists (select from custody where host_id = ${hostId} and awaits_pin) as awaits_unlock,
           exists (select from hosts where host_id = ${hostId} and ended_because in ('unenrolled', 'unenrollment-unanswered', 'forgotten')) as sent_away,
           w.command_id, w.request
    from (select) one left join lateral (
      select command_id, request from waiting_commands
      where host_id = ${hostId} and channel = ${channel} and (deferred_at is null or deferred_at < ${passing.notDeferredSince})
        and command_id <> all(${passing.except})
      order by coalesce(sent_at < ${passing.stuckBefore}, false), priority desc, queued_position, place limit 1) w on true`

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
