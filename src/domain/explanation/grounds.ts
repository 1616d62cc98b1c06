import type { Position, Recorded } from '../../kernel/event.ts'
import type { HostEvent } from '../host/events.ts'
import type { LabelEvent } from '../labels/events.ts'
import { targetsText } from '../profiles/story.ts'
import type { Evidence, HostEvidence } from './evidence.ts'
import type { Ground, Standing } from './judging.ts'
import { labelsOf, statusOf } from './judging.ts'
import type { Names } from './naming.ts'
import { inOrder } from './ordering.ts'
import type { Turn } from './turning.ts'
import { moment, systems } from './wording.ts'

/** Why a host is to have a profile or not, as a clause that goes on after `because`. */
export const groundText = (ground: Ground, standing: Standing, names: Names): string => {
  const { profile, platform, teamId } = standing
  const aim = profile === null ? '' : targetsText(profile.targets, names)
  switch (ground.kind) {
    case 'fits':
      return 'the host is one of those that it is for'
    case 'not-uploaded':
      return 'it was not uploaded yet'
    case 'deleted':
      return 'it was deleted'
    case 'other-team':
      return `it is for ${names.team(profile?.teamId ?? '')}, and the host is in ${names.team(teamId)}`
    case 'other-platform':
      return `it is for ${families[profile?.family ?? 'apple']}, and the host runs ${systems[platform ?? ''] ?? 'no such system'}`
    case 'excluded':
      return `it is for ${aim}, and the host has ${listed(ground.labels, names, 'and')}`
    case 'not-included':
    case 'lacking': {
      const unknown = ground.labels.filter((label) => statusOf(label, standing) === 'unknown')
      if (unknown.length > 0) return `it is for ${aim}, and nobody knows yet whether the host has ${listed(unknown, names, 'or')}`
      return `it is for ${aim}, and the host does not have ${listed(ground.labels, names, 'or')}`
    }
    case 'not-known':
      return `it is for ${aim}, and nobody knows yet whether the host has ${listed(ground.labels, names, 'or')}`
    case 'broken':
      return `it names ${listed(ground.labels, names, 'and')}, which ${ground.labels.length === 1 ? 'was' : 'were'} deleted; until it is aimed anew, it is neither given to hosts nor taken from them`
  }
}

/** Why a membership is not known: what the host's agent has not answered, and since when it could. Null when all are known. */
export const silenceText = (ground: Ground, { standing, evidence, names }: Look): string | null => {
  const unknown = 'labels' in ground ? ground.labels.filter((label) => statusOf(label, standing) === 'unknown') : []
  const since = unknown.flatMap((label) => {
    const made = evidence.labels.get(label)?.find(({ type }) => type === 'LabelCreated')
    return made === undefined ? [] : [`${names.label(label)} was made at ${moment(made.at)}`]
  })
  return since.length === 0 ? null : `there was no report of its agent since the label ${since.join(' and ')}`
}

/** The edit of a label, or of its list, that made the host's membership another, as far as one came in between. */
export const editBefore = ({ event, judgement }: Turn, { labels, host }: Evidence): Recorded<LabelEvent> | null => {
  const decisive = labelsOf(judgement)
  const moved = [...labels]
    .filter(([label]) => decisive.length === 0 || decisive.includes(label))
    .filter(([label]) => isAnswerTo(label, event as Recorded<HostEvent>))
  return inOrder(moved.flatMap(([label, events]) => editsBetween(label, events, { host, until: event.position }))).at(-1) ?? null
}

type Span = Readonly<{ host: HostEvidence; until: Position }>

/** Since the host last answered the label. */
const editsBetween = (label: string, events: readonly Recorded<LabelEvent>[], { host, until }: Span) => {
  const before = host.kept.findLast(({ event }) => event.position < until && isAnswerTo(label, event))
  const isBetween = ({ position }: Recorded) => position < until && position > (before?.event.position ?? '')
  const edits = definitionsOf(events).filter(({ type }) => type === 'LabelEdited')
  return [...edits, ...events.filter(({ type }) => type === 'LabelListed')].filter(isBetween)
}

/** A host's event that says how it stands to a label. */
export const isAnswerTo = (label: string, event: Recorded<HostEvent>): boolean =>
  event.type === 'LabelMembershipChanged' &&
  [event.data.joined, event.data.left, event.data.learned].some((labels) => labels.includes(label))

/** The events that say whom a label asks for: its making, and the edits that changed more than how it is called. */
export const definitionsOf = (events: readonly Recorded<LabelEvent>[]): readonly Recorded<LabelEvent>[] => {
  const defining = events.filter(({ type }) => type === 'LabelCreated' || type === 'LabelEdited')
  return defining.filter((event, index) => index === 0 || asks(event) !== asks(defining[index - 1]))
}

type Look = Readonly<{ standing: Standing; evidence: Evidence; names: Names }>

const asks = (event: Recorded<LabelEvent> | undefined): string =>
  event?.type === 'LabelCreated' || event?.type === 'LabelEdited'
    ? JSON.stringify([event.data.query, event.data.platform, event.data.criteria])
    : ''

const families = { apple: 'Apple devices', windows: 'Windows' } as const

const listed = (labels: readonly string[], { label }: Names, joint: string): string =>
  `the ${labels.length === 1 ? 'label' : 'labels'} ${labels.map(label).join(` ${joint} `)}`
