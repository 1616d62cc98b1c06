import type { Slice } from '../../kernel/slice.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { mustBeEnrolled } from '../enrollment/state.ts'
import type { HostProfileEvent } from '../host-profiles/events.ts'
import { consequencesOf } from '../host-profiles/consequences.ts'
import type { HostProfiles } from '../host-profiles/state.ts'
import { reject } from '../rejections.ts'
import type { SealedContent } from '../../kernel/content.ts'
import type { CommandEvent, CommandOutcome, DeviceError, QueuedCommand } from './events.ts'
import type { Commands, WaitingCommand } from './state.ts'

export type CommandCommand =
  | { type: 'QueueCommands'; data: { commands: readonly QueuedCommand[] } }
  | { type: 'SendCommand'; data: { commandId: string } }
  | {
      type: 'ReportCommand'
      data: {
        commandId: string
        outcome: CommandOutcome | 'deferred'
        errors: readonly DeviceError[]
        result: SealedContent | null
      }
    }

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands; hostProfiles: HostProfiles }>

export const commands: Slice<CommandCommand, CommandEvent | HostProfileEvent, Commands, Sees, CommandEvent> = {
  initial: { waiting: new Map(), settled: new Map(), queued: 0 },

  decide: {
    QueueCommands: ({ data }, { enrollment, commands: now }) => {
      mustBeEnrolled(enrollment)
      const fresh = data.commands.filter(({ commandId }) => !now.waiting.has(commandId) && !now.settled.has(commandId))
      return fresh.length === 0 ? [] : [{ type: 'CommandsQueued', data: { commands: fresh } }]
    },

    SendCommand: ({ data }, { commands: now }) => {
      const waiting = now.waiting.get(data.commandId)
      if (waiting === undefined) return reject('command-not-waiting', `The command ${data.commandId} does not wait any more.`)
      return waiting.sent ? [] : [{ type: 'CommandSent', data }]
    },

    ReportCommand: ({ data }, { enrollment, commands: now, hostProfiles }) => {
      const { commandId, outcome, errors, result } = data
      const waiting = now.waiting.get(commandId)
      const settled = now.settled.get(commandId)
      if (waiting === undefined) {
        if (settled === undefined) return [{ type: 'UnknownCommandReported', data: { commandId, outcome } }]
        if (settled !== 'cancelled' || outcome === 'deferred') return []
        return [{ type: 'CommandAnswered', data: { commandId, outcome, errors, result, late: true } }]
      }
      if (outcome === 'deferred') return [{ type: 'CommandDeferred', data: { commandId } }]
      return [
        { type: 'CommandAnswered', data: { commandId, outcome, errors, result, late: false } },
        ...consequencesOf({ commandId, outcome, errors, platform: enrollment.platform }, hostProfiles),
      ]
    },
  },

  evolve: {
    CommandsQueued: (state, { data }) => ({
      ...state,
      waiting: new Map([...state.waiting, ...data.commands.map(asWaiting)]),
      queued: state.queued + data.commands.length,
    }),
    CommandSent: (state, { data }) => change(state, data.commandId, (waiting) => ({ ...waiting, sent: true })),
    CommandDeferred: (state, { data }) =>
      change(state, data.commandId, (waiting) => ({ ...waiting, deferrals: waiting.deferrals + 1 })),
    CommandAnswered: (state, { data }) => settle(state, [data.commandId], 'answered'),
    CommandsCancelled: (state, { data }) => settle(state, data.commandIds, 'cancelled'),
    UnknownCommandReported: (state, { data }) => settle(state, [data.commandId], 'unknown'),
  },
}

/** How many settled commands a host remembers; an answer repeated later than that is recorded as unknown. */
const settledMemory = 256

const asWaiting = ({ commandId, channel, request }: QueuedCommand): [string, WaitingCommand] => [
  commandId,
  { channel, request, sent: false, deferrals: 0 },
]

const change = (state: Commands, commandId: string, how: (waiting: WaitingCommand) => WaitingCommand): Commands => {
  const waiting = state.waiting.get(commandId)
  return waiting === undefined ? state : { ...state, waiting: new Map(state.waiting).set(commandId, how(waiting)) }
}

const settle = (state: Commands, commandIds: readonly string[], as: 'answered' | 'cancelled' | 'unknown'): Commands => {
  const waiting = new Map(state.waiting)
  const settled = new Map(state.settled)
  for (const commandId of commandIds) {
    waiting.delete(commandId)
    settled.set(commandId, as)
  }
  for (const oldest of settled.keys()) {
    if (settled.size <= settledMemory) break
    settled.delete(oldest)
  }
  return { ...state, waiting, settled }
}
