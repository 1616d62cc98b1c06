import type { OfType, Recorded } from '../../kernel/event.ts'
import type { QueuedCommand } from '../commands/events.ts'
import { holdReasons } from '../commands/words.ts'
import type { HostEvent } from '../host/events.ts'
import type { Platform } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import type { HostEvidence } from './evidence.ts'
import type { Circumstances, CommandStatus } from './explanation.ts'
import { inSentence, moment } from './wording.ts'

/** How far a command got: the event that says so, and the one that queued it. */
export type Way = Readonly<{
  status: CommandStatus
  command: QueuedCommand
  queued: Recorded<OfType<HostEvent, 'CommandsQueued'>>
  last: Recorded<HostEvent>
  platform: Platform
}>

/** The way of a command, as far as its events go; null when it was not queued by then. */
export const wayOf = ({ kept, state }: Pick<HostEvidence, 'kept' | 'state'>, commandId: string): Way | null =>
  kept.reduce<Way | null>((way, { event }) => {
    if (event.type === 'CommandsQueued') {
      const command = event.data.commands.find((one) => one.commandId === commandId)
      return command === undefined
        ? way
        : { status: 'queued', command, queued: event, last: event, platform: state.enrollment.platform }
    }
    const status = way === null ? null : statusAfter(event, commandId)
    return way === null || status === null ? way : { ...way, status, last: event }
  }, null)

const statusAfter = (event: Recorded<HostEvent>, commandId: string): CommandStatus | null => {
  if (event.type === 'CommandsCancelled') return event.data.commandIds.includes(commandId) ? 'cancelled' : null
  if (event.type === 'CommandHeld') return event.data.commandId === commandId ? 'queued' : null
  if (event.type !== 'CommandSent' && event.type !== 'CommandDeferred' && event.type !== 'CommandAnswered') return null
  if (event.data.commandId !== commandId) return null
  if (event.type === 'CommandAnswered') return event.data.outcome
  return event.type === 'CommandSent' ? 'sent' : 'deferred'
}

/** What a command that is under way waits for, as a clause; `what` begins it. */
export const waitText = ({ status, command, queued, last, platform }: Way, what: string, now: Circumstances | null): string => {
  if (status === 'sent') return `the host has ${what} since ${moment(last.at)} and has not answered yet`
  if (status === 'deferred')
    return `the host put ${what} off at ${moment(last.at)}${platform === 'windows' ? '' : ' (NotNow)'}, and is offered it again`
  if (last.type === 'CommandHeld')
    return `${what} was held back at ${moment(last.at)}: ${inSentence(holdReasons[last.data.because])}`
  if (command.channel !== deviceChannel)
    return `${what} waits since ${moment(queued.at)} for its user to log in and the host to call`
  return `${what} waits since ${moment(queued.at)} for the host to call${now === null ? '' : silence(queued.at, now)}`
}

const silence = (queuedAt: string, { seenAt, pushedAt, canBeWoken }: Circumstances): string => {
  if (!canBeWoken) return ', which cannot be woken: there is no valid push certificate for it'
  const isSilent = seenAt === null || Date.parse(seenAt) < Date.parse(queuedAt)
  const isWoken = pushedAt !== null && Date.parse(pushedAt) >= Date.parse(queuedAt)
  const last = seenAt === null ? '' : ` (it was last heard of at ${moment(new Date(seenAt).toISOString())})`
  if (isWoken)
    return `, which was woken at ${moment(new Date(pushedAt).toISOString())}${isSilent ? ` and has not called since${last}` : ''}`
  return isSilent ? `, which has not called since${last}` : ''
}
