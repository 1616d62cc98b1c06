import type { OfType, Recorded } from '../../kernel/event.ts'
import { detailOf } from '../commands/answer.ts'
import type { QueuedCommand } from '../commands/events.ts'
import type { Request } from '../commands/requests.ts'
import { holdReasons, requestText } from '../commands/words.ts'
import type { HostEvent } from '../host/events.ts'
import { cancelReasons, codeText, dropping, labelling, outcomes, reasonText, transfers } from '../host/story-reasons.ts'
import type { Told } from '../host/told.ts'
import { tell } from '../host/story.ts'
import type { LabelEvent } from '../labels/events.ts'
import { tellLabel } from '../labels/story.ts'
import { tellProfile } from '../profiles/story.ts'
import { tellSecret } from '../secret-variables/story.ts'
import { tellTeam } from '../teams/story.ts'
import type { Evidence } from './evidence.ts'
import { groundText } from './grounds.ts'
import type { Standing } from './judging.ts'
import type { Names } from './naming.ts'
import type { Turn } from './turning.ts'
import { asSentence } from './wording.ts'

/** What telling one event of many streams needs to know of the others. `profileId` is empty for a command that is about no profile. */
export type Context = Readonly<{
  evidence: Evidence
  names: Names
  turns: readonly Turn[]
  standing: Standing
  profileId: string
  /** What the commands that matter ask for, by id. */
  requests: ReadonlyMap<string, Request>
}>

/** The requests that were queued in these events. */
export const requestsIn = ({ host }: Evidence): Context['requests'] =>
  new Map(
    host.kept.flatMap(({ event }) =>
      event.type === 'CommandsQueued' ? event.data.commands.map(({ commandId, request }) => [commandId, request] as const) : [],
    ),
  )

/** One event in plain words, as far as it matters to the subject. Null for a type that this version does not know. */
export const tellAbout = (event: Recorded, context: Context): Told | null => {
  if (event.category === 'profile') return tellProfile(event, context.names)
  if (event.category === 'label') return tellListed(event as Recorded<LabelEvent>, context) ?? tellLabel(event)
  if (event.category === 'team') return tellTeam(event)
  if (event.category === 'secretVariables') return tellSecret(event)
  const own = table[event.type as HostEvent['type']] as ((event: Recorded, context: Context) => Told) | undefined
  return own === undefined ? byName(tell(event), context) : own(event, context)
}

/** The stories of hosts name a profile by its id. */
const byName = (told: Told | null, { profileId, names }: Context): Told | null =>
  told === null || profileId === '' ? told : { ...told, sentence: told.sentence.replaceAll(profileId, names.profile) }

const tellListed = (event: Recorded<LabelEvent>, { names, evidence }: Context): Told | null =>
  event.type !== 'LabelListed'
    ? null
    : {
        sentence: event.data.joined.includes(evidence.host.id)
          ? `The host was put on the list of the label ${names.label(event.id)}.`
          : `The host was taken off the list of the label ${names.label(event.id)}.`,
        why: 'An admin asked for it.',
      }

type Table = Readonly<{ [T in HostEvent['type']]?: (event: Recorded<OfType<HostEvent, T>>, context: Context) => Told }>

/** What hosts' events that speak of many things say of the one. */
const table: Table = {
  LabelMembershipChanged: ({ data: { joined, left, learned, because } }, { evidence: { labels }, names }) => {
    const told = (all: readonly string[]) => all.filter((label) => labels.has(label)).map(names.label)
    const parts = [
      ...told(joined).map((name) => `joined the label ${name}`),
      ...told(left).map((name) => `left the label ${name}`),
      ...told(learned.filter((label) => !joined.includes(label))).map(
        (name) => `answered the label ${name} for the first time, and is no member`,
      ),
    ]
    return { sentence: `The host ${parts.join('; ')}.`, why: labelling[because] }
  },
  HostTransferred: ({ data: { teamId, from, because } }, { names }) => ({
    sentence: `The host moved from ${names.team(from)} to ${names.team(teamId)}.`,
    why: transfers[because],
  }),

  CommandsQueued: (event, context) => {
    const [command] = ofSubject(event.data.commands, context)
    if (command === undefined) return { sentence: 'The host is asked which profiles it has.', why: reasonText(asked) }
    const { request, reason } = command
    return { sentence: decisions[request.kind] ?? `${requestText(request)} was queued.`, why: whyDecided(event, reason, context) }
  },
  CommandSent: ({ data }, context) => said(`${theCommand(data.commandId, context)} was handed to the host.`),
  CommandDeferred: ({ data }, context) =>
    said(
      `${theCommand(data.commandId, context)} was put off by the host.`,
      context.evidence.host.state.enrollment.platform === 'windows'
        ? 'It said that it cannot do it now.'
        : 'It said NotNow: it cannot do it now.',
    ),
  CommandHeld: ({ data }, context) => said(`${theCommand(data.commandId, context)} was held back.`, holdReasons[data.because]),
  CommandAnswered: ({ data: { commandId, outcome, errors, late, code } }, context) =>
    said(
      `The host ${code === '202' ? 'accepted' : outcomes[outcome]} ${inside(theCommand(commandId, context))}${late ? ', which was cancelled already' : ''}.`,
      outcome === 'acknowledged' ? codeText(code) : detailOf(outcome, errors),
    ),
  CommandsCancelled: ({ data: { commandIds, because } }, context) =>
    said(
      `${theCommand(commandIds.find((id) => context.evidence.host.commandIds.has(id)) ?? '', context)} was cancelled.`,
      cancelReasons[because],
    ),

  ProfileKept: ({ data: { from, to } }, { names, profileId }) =>
    said(
      from === profileId && to !== profileId
        ? `What the host had as ${names.profile} counts as the profile ${to} from now on.`
        : `The host has the same content already, and keeps it as ${names.profile}.`,
      'The bytes are the same, so nothing is sent.',
    ),
  ProfilesObserved: ({ data: { source, seen, missed } }, { names, profileId }) => {
    const who = source === 'agent' ? 'The agent' : 'The host'
    if (seen.includes(profileId)) return said(`${who} listed ${names.profile} among the profiles of the host.`)
    const miss = missed.find((one) => one.profileId === profileId)
    return said(
      `${who} did not list ${names.profile} among the profiles of the host; it will ${miss?.willRetry === true ? '' : 'not '}be sent again.`,
      miss?.detail ?? null,
    )
  },

  DeclarationsAssigned: (event, context) => {
    const { names, profileId } = context
    const one = event.data.assigned.find((assigned) => assigned.profileId === profileId)
    if (one?.missing !== undefined)
      return said(
        `${names.profile} cannot be given to the host.`,
        `Nothing is known of this host that $FLEET_VAR_${one.missing} could stand for.`,
      )
    if (one?.refused !== undefined) return said(`${names.profile} cannot be given to the host.`, one.refused.detail)
    if (one?.told !== undefined)
      return said(
        `The host has this version of ${names.profile} already, and keeps it.`,
        one.told.detail ?? 'It fetched the same under the same identifier before, so nothing is sent.',
      )
    return one === undefined
      ? said(`The host is to declare ${names.profile} no more.`, whyDecided(event, null, context))
      : said(`The host is to declare ${names.profile}.`)
  },
  DeclarationsTaken: (_, { names }) => said(`The host goes to fetch ${names.profile}.`, 'It acknowledged the command.'),
  DeclarationsDropped: ({ data }, { names }) => said(`The host no longer has ${names.profile}.`, dropping[data.because]),
  DeclarationsUnreported: ({ data }, { names }) => said(`${names.profile} counts as failed on the host.`, data.detail),
  DeclarationsReported: ({ data }, { names, profileId }) => {
    if (data.lost?.includes(profileId) === true)
      return said(`The host no longer reports ${names.profile} in the version that it is to have.`)
    const one = data.changed.find((state) => state.profileId === profileId)
    return said(`The host reported that ${names.profile} is ${one?.status ?? 'gone'}.`, one?.detail ?? null)
  },
}

const said = (sentence: string, why: string | null = null): Told => ({ sentence, why })

const asked = { code: 'verification' } as const

/** Those of a queueing that carry the subject. */
const ofSubject = (commands: readonly QueuedCommand[], { evidence }: Context): readonly QueuedCommand[] =>
  commands.filter(({ commandId }) => evidence.host.commandIds.has(commandId))

const decisions: Readonly<Partial<Record<string, string>>> = {
  'install-profile': 'It was decided to install it on the host.',
  'remove-profile': 'It was decided to remove it from the host.',
  'sync-declarations': 'The host is told that there is news of its declarations.',
}

/** The reason that was recorded; for what is taken away, also what made it unwanted. */
const whyDecided = (event: Recorded, reason: QueuedCommand['reason'] | null, context: Context): string | null => {
  const recorded = reason === null ? null : reasonText(reason)
  if (reason !== null && reason.code !== 'no-longer-wanted') return recorded
  const turn = context.turns.findLast(
    ({ event: { position }, judgement }) => position < event.position && judgement.mode === 'unwanted',
  )
  const ground = turn === undefined ? null : tellAbout(turn.event, context)
  if (turn === undefined || ground === null) return recorded
  const clause =
    turn.judgement.ground.kind === 'deleted' ? null : asSentence(groundText(turn.judgement.ground, turn.standing, context.names))
  return [ground.sentence, clause].filter((part) => part !== null).join(' ')
}

/** A command of the subject in words. */
const theCommand = (commandId: string, { requests }: Context): string => {
  const request = requests.get(commandId)
  if (request === undefined) return 'The command'
  return words[request.kind] ?? `The command (${inside(requestText(request))})`
}

const words: Readonly<Partial<Record<string, string>>> = {
  'install-profile': 'The command to install it',
  'remove-profile': 'The command to remove it',
  'sync-declarations': 'The command to fetch its declarations',
  'list-profiles': 'The question for its profiles',
}

const inside = (clause: string): string => `${clause.charAt(0).toLowerCase()}${clause.slice(1)}`
