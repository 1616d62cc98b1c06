import { nothingRecent, recently, withRecent } from '../../kernel/recent.ts'
import type { OfType } from '../../kernel/event.ts'
import type { Slice } from '../../kernel/slice.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { mustBeEnrolled } from '../enrollment/state.ts'
import type { HostProfileEvent } from '../host-profiles/events.ts'
import type { Custody } from '../custody/state.ts'
import type { CustodyEvent } from '../custody/events.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { Declarations } from '../declarations/state.ts'
import type { DeclarationEvent } from '../declarations/events.ts'
import type { Renewal } from '../renewal/renewal.ts'
import type { RenewalEvent } from '../renewal/events.ts'
import { consequencesOf, consequencesOfExpiry } from './consequences.ts'
import { cancelSome } from './cancelling.ts'
import type { HostProfiles } from '../host-profiles/state.ts'
import type { Forgetting } from '../forgetting/state.ts'
import type { Channel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { SealedContent } from '../../kernel/content.ts'
import type { CommandEvent, CommandOutcome, DeviceError, HoldReason, QueuedCommand } from './events.ts'
import type { Needs } from './needs.ts'
import { mustBeTaken } from './needs.ts'
import type { Passing } from './next.ts'
import { nextOn } from './next.ts'
import type { Commands, WaitingCommand } from './state.ts'

export type CommandCommand =
  /** `fresh`: their ids were chosen outside, and must be new to the host; else what it was given before is left out. */
  | { type: 'QueueCommands'; data: { commands: readonly QueuedCommand[]; needs?: Needs; fresh?: boolean } }
  /** Hands a command out; `again` counts one that was handed out before and never answered. */
  | { type: 'SendCommand'; data: { commandId: string; again?: boolean } }
  /** Hands out what is next on a channel, if anything is. */
  | { type: 'HandOutNext'; data: { channel: Channel; passing: Passing } }
  | {
      type: 'ReportCommand'
      data: {
        commandId: string
        outcome: CommandOutcome | 'deferred'
        errors: readonly DeviceError[]
        result: SealedContent | null
        /** The host took it and is still at it: whether it came to be is to be seen later. Absent: it is done. */
        underWay?: boolean
        /** The number that a Windows device answered with; absent: it says no more than the outcome does. */
        code?: string
      }
    }
  /** The host called, and the command cannot go out in this session. */
  | { type: 'HoldCommand'; data: { commandId: string; because: HoldReason } }

  /** Takes a command back that was not handed out yet. */
  | { type: 'CancelCommand'; data: { commandId: string } }
  /** Gives up what waited past its deadline; `now` is ISO 8601. */
  | { type: 'ExpireCommands'; data: { now: string } }

type Sees = Readonly<{
  enrollment: Enrollment
  commands: Commands
  hostProfiles: HostProfiles
  custody: Custody
  renewal: Renewal
  declarations: Declarations
  forgetting: Forgetting
}>

type Decides = CommandEvent | HostProfileEvent | CustodyEvent | RenewalEvent | EnrollmentEvent | DeclarationEvent

export const commands: Slice<CommandCommand, Decides, Commands, Sees, CommandEvent> = {
  initial: { waiting: new Map(), settled: nothingRecent(), queued: 0 },

  decide: {
    QueueCommands: ({ data }, { enrollment, commands: now }) => {
      mustBeEnrolled(enrollment)
      const { needs } = data
      if (needs !== undefined) for (const { channel } of data.commands) mustBeTaken(needs, { enrollment, channel })
      const fresh = data.commands.filter(
        ({ commandId }) => !now.waiting.has(commandId) && recently(now.settled, commandId) === undefined,
      )
      const known = data.commands.find((command) => !fresh.includes(command))
      if (data.fresh === true && known !== undefined)
        reject('already-exists', `The command ${known.commandId} was given to this host already.`, 'command')
      return fresh.length === 0 ? [] : [{ type: 'CommandsQueued', data: { commands: fresh } }]
    },

    SendCommand: ({ data: { commandId, again = false } }, { commands: now }) => {
      const waiting = now.waiting.get(commandId)
      if (waiting === undefined) return reject('command-not-waiting', `The command ${commandId} does not wait any more.`)
      if (waiting.sends === 0) return [sent(commandId, waiting)]
      const { type, data } = sent(commandId, waiting)
      return again ? [{ type, data: { ...data, attempt: waiting.sends + 1 } }] : []
    },

    HandOutNext: ({ data: { channel, passing } }, { commands: now }) => {
      const next = nextOn(now, channel, passing)
      return next === null || next.waiting.sends > 0 ? [] : [sent(next.commandId, next.waiting)]
    },

    ReportCommand: ({ data }, sees) => {
      const { enrollment, commands: now } = sees
      const { commandId, outcome, errors, result, underWay = false, code } = data
      const answered = { commandId, outcome, errors, result, ...(code !== undefined && { code }) }
      // What comes late of a host that was forgotten would be remembered.
      if (sees.forgetting.since !== null) return []
      const waiting = now.waiting.get(commandId)
      const settled = recently(now.settled, commandId)
      if (waiting === undefined) {
        if (settled === undefined) return [{ type: 'UnknownCommandReported', data: { commandId, outcome } }]
        if (settled !== 'cancelled' || outcome === 'deferred') return []
        return [{ type: 'CommandAnswered', data: { ...answered, outcome, late: true } }]
      }
      if (outcome === 'deferred') return [{ type: 'CommandDeferred', data: { commandId } }]
      return [
        { type: 'CommandAnswered', data: { ...answered, outcome, late: false } },
        ...consequencesOf(
          { commandId, request: waiting.request, outcome, errors, platform: enrollment.platform, underWay },
          sees,
        ),
      ]
    },

    HoldCommand: ({ data: { commandId, because } }, { commands: now }) => {
      const waiting = now.waiting.get(commandId)
      if (waiting === undefined || waiting.held === because) return []
      return [{ type: 'CommandHeld', data: { commandId, profileId: carriedBy(waiting), because } }]
    },

    CancelCommand: ({ data: { commandId } }, { commands: now }) => {
      const waiting = now.waiting.get(commandId)
      if (waiting === undefined) {
        if (recently(now.settled, commandId) === 'cancelled') return []
        return reject('command-not-waiting', `The command ${commandId} does not wait on this host.`, 'command_uuid')
      }
      if (waiting.sends > 0) reject('command-sent', `The command ${commandId} was handed to the host already.`, 'command_uuid')
      if (isDecided(waiting))
        reject('not-supported', `The command ${commandId} follows from settings; change those instead.`, 'command_uuid')
      return cancelSome(now, [commandId], 'asked')
    },

    ExpireCommands: ({ data: { now: moment } }, sees) => {
      const expired = [...sees.commands.waiting].filter(([, { deadline }]) => deadline !== null && deadline <= moment)
      return [
        ...cancelSome(
          sees.commands,
          expired.map(([commandId]) => commandId),
          'expired',
        ),
        ...expired.flatMap(([commandId]) => consequencesOfExpiry(commandId, sees)),
      ]
    },
  },

  evolve: {
    CommandsQueued: (state, { data }) => ({
      ...state,
      waiting: new Map([...state.waiting, ...data.commands.map(asWaiting)]),
      queued: state.queued + data.commands.length,
    }),
    CommandSent: (state, { at, data }) =>
      change(state, data.commandId, ({ held: _, ...waiting }) => ({ ...waiting, sends: waiting.sends + 1, sentAt: at })),
    CommandHeld: (state, { data }) => change(state, data.commandId, (waiting) => ({ ...waiting, held: data.because })),
    CommandDeferred: (state, { at, data }) =>
      change(state, data.commandId, (waiting) => ({ ...waiting, deferrals: waiting.deferrals + 1, deferredAt: at })),
    CommandAnswered: (state, { data }) => settle(state, [data.commandId], 'answered'),
    CommandsCancelled: (state, { data }) => settle(state, data.commandIds, 'cancelled'),
    UnknownCommandReported: (state, { data }) => settle(state, [data.commandId], 'unknown'),
  },
}

/** How many settled commands a host remembers; an answer repeated later than that is recorded as unknown. */
const settledMemory = 128

/** What Muster decided by itself would be decided again at once. */
const isDecided = ({ request }: WaitingCommand): boolean =>
  request.kind === 'install-profile' ||
  request.kind === 'renew-identity' ||
  (request.kind === 'remove-profile' && request.profileId !== null)

const carriedBy = ({ request }: WaitingCommand): string | null =>
  request.kind === 'install-profile' || request.kind === 'remove-profile' ? request.profileId : null

const sent = (commandId: string, waiting: WaitingCommand): OfType<CommandEvent, 'CommandSent'> => {
  const profileId = waiting.held === undefined ? null : carriedBy(waiting)
  return { type: 'CommandSent', data: { commandId, ...(profileId !== null && { profileId }) } }
}

const asWaiting = ({ commandId, channel, request, priority, deadline, until }: QueuedCommand): [string, WaitingCommand] => [
  commandId,
  {
    ...{ channel, request, priority: priority ?? 0, sends: 0, sentAt: null, deferrals: 0, deferredAt: null },
    ...{ deadline: deadline ?? null, until: until ?? null },
  },
]

const change = (state: Commands, commandId: string, how: (waiting: WaitingCommand) => WaitingCommand): Commands => {
  const waiting = state.waiting.get(commandId)
  return waiting === undefined ? state : { ...state, waiting: new Map(state.waiting).set(commandId, how(waiting)) }
}

const settle = (state: Commands, commandIds: readonly string[], as: 'answered' | 'cancelled' | 'unknown'): Commands => {
  const waiting = new Map(state.waiting)
  for (const commandId of commandIds) waiting.delete(commandId)
  return { ...state, waiting, settled: withRecent(state.settled, commandIds, { as, keep: settledMemory }) }
}
