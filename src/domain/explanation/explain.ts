import type { Position, Recorded } from '../../kernel/event.ts'
import { detailOf } from '../commands/answer.ts'
import type { Request } from '../commands/requests.ts'
import { requestText } from '../commands/words.ts'
import type { HostEvent } from '../host/events.ts'
import { groundsIn } from './choosing.ts'
import type { Evidence } from './evidence.ts'
import type { Circumstances, CommandStatus, Explanation, Link, ProfileStatus, Verdict } from './explanation.ts'
import { namesIn } from './naming.ts'
import { inOrder } from './ordering.ts'
import { verdictOnProfile } from './profile-verdict.ts'
import type { Context } from './telling.ts'
import { requestsIn, tellAbout } from './telling.ts'
import { turnsIn } from './turning.ts'
import type { Way } from './way-of-command.ts'
import { waitText, wayOf } from './way-of-command.ts'
import { byWhom, inSentence, moment, withoutStop } from './wording.ts'

/** How many events an explanation tells at most: the first few, and the latest. */
const mostLinks = 200
const firstLinks = 20

/** Greater than every position: all that happened was before. */
const never: Position = '￿'

/** Why a profile stands on a host as it does, be it there or not. `now` is null when a past moment is asked for. */
export const explainProfile = (evidence: Evidence, profileId: string, now: Circumstances | null): Explanation<ProfileStatus> => {
  const context = contextOf(evidence, profileId)
  const { kept, begun } = evidence.host
  const deliveries = kept.flatMap(({ role, event }) =>
    role === 'delivery' && begun !== null && event.position >= begun ? [event] : [],
  )
  const events = [...groundsIn(context, begun ?? never), ...deliveries]
  return { verdict: verdictOnProfile(context, now), name: context.names.profile, ...linked(events, context) }
}

/**
 * Why a command was given to a host, and what became of it; null when it was not queued by then. `profileId` is that of the profile that it
 * carries, null when it carries none.
 */
export const explainCommand = (
  evidence: Evidence,
  { commandId, profileId }: Readonly<{ commandId: string; profileId: string | null }>,
  now: Circumstances | null,
): Explanation<CommandStatus> | null => {
  const way = wayOf(evidence.host, commandId)
  if (way === null) return null
  const context = contextOf({ ...evidence, host: { ...evidence.host, commandIds: new Set([commandId]) } }, profileId ?? '')
  const events = [...groundsOf(way, context), ...steps(way, context)]
  return { verdict: verdictOnCommand(way, context, now), name: requestText(way.command.request), ...linked(events, context) }
}

const contextOf = (evidence: Evidence, profileId: string): Context => ({
  evidence,
  profileId,
  names: namesIn(evidence, profileId),
  requests: requestsIn(evidence),
  ...turnsIn(evidence),
})

/** Events as links, each once and in order; too many are cut in the middle. */
const linked = (events: readonly Recorded[], context: Context): Readonly<{ chain: readonly Link[]; leftOut: number }> => {
  const all = inOrder([...new Map(events.map((event) => [event.eventId, event])).values()])
  const leftOut = Math.max(0, all.length - mostLinks)
  const shown = leftOut === 0 ? all : [...all.slice(0, firstLinks), ...all.slice(firstLinks - mostLinks)]
  return {
    leftOut,
    chain: shown.flatMap((event) => {
      const told = tellAbout(event, context)
      return told === null ? [] : [{ ...told, event }]
    }),
  }
}

/** What led to the command: settings and enrollment up to it, and what took it back. */
const groundsOf = ({ queued, last, status, command }: Way, context: Context): readonly Recorded[] => {
  const follows = context.profileId !== '' || command.reason.code === 'enrolled'
  const until = status === 'cancelled' ? last.position : queued.position
  const enrollments = context.evidence.host.kept.flatMap(({ role, event }) => (role === 'enrollment' ? [event] : []))
  const epoch = enrollments.findLast(({ type, position }) => type === 'EnrollmentStarted' && position < queued.position)
  const all = context.profileId === '' ? enrollments : groundsIn(context, queued.position)
  return all.filter(
    ({ position, category }) =>
      position <= until &&
      (category !== 'host' || position >= queued.position || (follows && position >= (epoch?.position ?? ''))),
  )
}

/** The way of the command itself, and what its answer meant. */
const steps = ({ queued, last, status }: Way, { evidence, profileId }: Context): readonly Recorded[] => {
  const isStep = (event: Recorded<HostEvent>, { commandId }: Readonly<{ commandId: string }>): boolean => {
    if (event.type === 'CommandsQueued') return event === queued
    if (event.type === 'DeclarationsAssigned') return event.metadata.$causationId === queued.metadata.$causationId
    if ('commandIds' in event.data) return event.data.commandIds.includes(commandId)
    return 'commandId' in event.data && event.data.commandId === commandId
  }
  const isOver = status !== 'queued' && status !== 'sent' && status !== 'deferred'
  const [commandId = ''] = evidence.host.commandIds
  return evidence.host.kept.flatMap(({ role, event }) => {
    const follows =
      isOver &&
      profileId !== '' &&
      event.position > last.position &&
      event.type !== 'CommandsQueued' &&
      event.metadata.$causationId === last.metadata.$causationId
    return role === 'delivery' && (isStep(event, { commandId }) || follows) ? [event] : []
  })
}

const verdictOnCommand = (way: Way, context: Context, now: Circumstances | null): Verdict<CommandStatus> => {
  const { status, queued } = way
  const told = tellAbout(queued, context)
  const why = told?.why == null ? '' : ` (${inSentence(told.why)})`
  const sentence = `${requestText(way.command.request)} ${fateText(way, context, now)}; it was queued at ${moment(queued.at)}${byWhom(queued)}${why}.`
  return { status, operation: operationOf(way.command.request), sentence }
}

const operationOf = ({ kind }: Request): 'install' | 'remove' | null =>
  kind === 'install-profile' ? 'install' : kind === 'remove-profile' ? 'remove' : null

const fateText = (way: Way, context: Context, now: Circumstances | null): string => {
  const { status, last } = way
  const why = tellAbout(last, context)?.why ?? null
  switch (status) {
    case 'queued':
    case 'sent':
    case 'deferred':
      return `is under way: ${waitText(way, 'the command', now)}`
    case 'acknowledged':
      return `was carried out by the host, which said so at ${moment(last.at)}`
    case 'failed':
    case 'malformed':
      return `failed on the host at ${moment(last.at)}: ${last.type === 'CommandAnswered' ? withoutStop(detailOf(status, last.data.errors)) : ''}`
    case 'cancelled':
      return `was cancelled at ${moment(last.at)}${byWhom(last)}${why === null ? '' : `: ${inSentence(why)}`}`
  }
}
