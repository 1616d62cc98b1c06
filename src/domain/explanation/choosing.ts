import type { OfType, Position, Recorded } from '../../kernel/event.ts'
import type { HostEvent } from '../host/events.ts'
import { isBuiltIn } from '../labels/built-in.ts'
import type { LabelEvent } from '../labels/events.ts'
import type { ProfileEvent } from '../profiles/events.ts'
import type { Kept } from './evidence.ts'
import { labelsNamedBy } from './evidence.ts'
import { definitionsOf, isAnswerTo } from './grounds.ts'
import { judge, labelsOf } from './judging.ts'
import type { Context } from './telling.ts'
import type { Turn } from './turning.ts'

/**
 * What of all that happened to settings, labels, teams and the host itself led to how things stand. Of what was before `begun` (when the host
 * began to have the profile) the last word counts; since then, every turn.
 */
export const groundsIn = (context: Context, begun: Position): readonly Recorded[] => {
  const { evidence, turns } = context
  const decisive = turns.filter(({ event }, index) => event.position >= begun || isLastBefore(begun, turns[index + 1]?.event))
  const named = new Set([...labelsNamedBy(evidence.profile).now, ...decisive.flatMap(({ judgement }) => labelsOf(judgement))])
  const host = hostEvents(context, { begun, named, decisive })
  const profile = profileEvents(evidence.profile, begun)
  return [
    ...profile,
    ...secretsFor(profile, context),
    ...[...evidence.labels].flatMap(([label, events]) => (named.has(label) ? labelEvents(events, begun) : [])),
    ...teamEvents(context, host),
    ...host,
  ]
}

/** True when what comes next is after the cut, or nothing does: this is the last word before it. */
const isLastBefore = (begun: Position, next: Recorded | undefined): boolean => next === undefined || next.position >= begun

const lastWord = <E extends Recorded>(events: readonly E[], begun: Position): readonly E[] =>
  events.filter((event, index) => event.position >= begun || isLastBefore(begun, events[index + 1]))

const typed = <E extends Recorded>(events: readonly E[], type: E['type']): readonly E[] =>
  events.filter((event) => event.type === type)

const profileEvents = (events: readonly Recorded<ProfileEvent>[], begun: Position): readonly Recorded<ProfileEvent>[] => {
  const own = events.slice(
    Math.max(
      0,
      events.findLastIndex(({ type }) => type === 'ProfileUploaded'),
    ),
  )
  return [
    ...typed(own, 'ProfileUploaded'),
    ...lastWord(typed(own, 'ProfileEdited'), begun),
    ...lastWord(typed(own, 'ProfileRetargeted'), begun),
    ...typed(own, 'ProfileSecretsChanged').filter(({ position }) => position >= begun),
    ...typed(own, 'ProfileDeleted'),
  ]
}

/** The changes of secrets that profiles followed: the last of each secret before. */
const secretsFor = (profile: readonly Recorded<ProfileEvent>[], { evidence }: Context): readonly Recorded[] => {
  const changes = profile.flatMap((event) => (event.type === 'ProfileSecretsChanged' ? [event] : []))
  const found = changes.flatMap(({ position, data }) =>
    data.secrets.map((secret) => evidence.secrets.findLast((set) => set.position < position && set.data.name === secret)),
  )
  return [...new Set(found)].filter((event) => event !== undefined)
}

const labelEvents = (events: readonly Recorded<LabelEvent>[], begun: Position): readonly Recorded<LabelEvent>[] => {
  const [created, ...edits] = definitionsOf(events)
  return [
    ...(created === undefined ? [] : [created]),
    ...lastWord(edits, begun),
    ...lastWord(typed(events, 'LabelListed'), begun),
    ...typed(events, 'LabelDeleted'),
  ]
}

/** A team's end, which moves hosts and deletes settings. */
const teamEvents = ({ evidence, standing }: Context, host: readonly Recorded<HostEvent>[]): readonly Recorded[] => {
  const left = host.flatMap((event) => (event.type === 'HostTransferred' ? [event.data.from] : []))
  return [...new Set([standing.profile?.teamId ?? '', ...left])].flatMap((teamId) =>
    typed(evidence.teams.get(teamId) ?? [], 'TeamDeleted'),
  )
}

type Looking = Readonly<{ begun: Position; named: ReadonlySet<string>; decisive: readonly Turn[] }>

const hostEvents = (context: Context, { begun, named, decisive }: Looking): readonly Recorded<HostEvent>[] => {
  const { evidence, standing } = context
  const of = (role: Kept['role']) => evidence.host.kept.flatMap((kept) => (kept.role === role ? [kept.event] : []))
  const turning = new Set(decisive.map(({ event }) => event.eventId))
  const answers = of('label')
  const lastAnswers = [...named].flatMap((label) => answers.findLast((event) => isAnswerTo(label, event)) ?? [])
  const labels = answers.filter((event) => turning.has(event.eventId) || lastAnswers.includes(event))
  const moves = of('team')
  const transfers = moves.filter((event) => turning.has(event.eventId) || event === moves.at(-1))
  const decisions = of('delivery').filter(({ type, position }) => type === 'CommandsQueued' && position >= begun)
  const platformMatters = judge(standing).ground.kind === 'other-platform' || [...named].some(isBuiltIn)
  return [
    ...of('being').filter(({ type }) => platformMatters || type !== 'HostDiscovered'),
    ...of('enrollment').filter((event) => isOfEnrollment(event, context)),
    ...factsBehind([...labels, ...decisions], of('facts')),
    ...labels,
    ...transfers,
  ]
}

/** Users matter to settings for users, and a request to leave to a host that is gone or about to go. */
const isOfEnrollment = (event: Recorded<HostEvent>, { evidence }: Context): boolean => {
  if (event.type === 'ChannelOpened' && event.data.channel === 'device') return true
  if (event.type === 'HostReleased') return evidence.profile.some((one) => isDeclaration(one))
  if (event.type !== 'ChannelOpened' && event.type !== 'ChannelClosed') return true
  return evidence.profile.some((one) => 'scope' in one.data && one.data.scope === 'User')
}

const isDeclaration = (event: Recorded<ProfileEvent>): boolean =>
  event.type === 'ProfileUploaded' && event.data.kind === 'declaration'

/** What the host told of itself that made it a member of a label, or that a variable stands for. */
const factsBehind = (
  events: readonly Recorded<HostEvent>[],
  facts: readonly Recorded<HostEvent>[],
): readonly Recorded<HostEvent>[] => {
  const found = events.map((event) => {
    const direct = facts.find(({ eventId }) => eventId === event.metadata.$causationId)
    return direct ?? (isOfVariables(event) ? facts.findLast(({ position }) => position < event.position) : undefined)
  })
  return [...new Set(found)].filter((event) => event !== undefined)
}

const isOfVariables = (event: Recorded<HostEvent>): boolean =>
  event.type === 'CommandsQueued' &&
  (event as Recorded<OfType<HostEvent, 'CommandsQueued'>>).data.commands.some(({ reason }) => reason.code === 'variables-changed')
