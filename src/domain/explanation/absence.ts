import type { Recorded } from '../../kernel/event.ts'
import { canDeclare } from '../declarations/announcing.ts'
import { reachesUsers } from '../enrollment/state.ts'
import type { HostEvent } from '../host/events.ts'
import type { ProfileVersion } from '../profiles/events.ts'
import type { ProfileStatus, Verdict } from './explanation.ts'
import { groundText } from './grounds.ts'
import { judge } from './judging.ts'
import type { Context } from './telling.ts'
import { tellAbout } from './telling.ts'
import { turnClause } from './turn-clause.ts'
import { byWhom, inSentence, moment, systems } from './wording.ts'

/** Why a host does not have a profile, or not yet. */
export const absenceOf = (context: Context): Verdict<ProfileStatus> => {
  const { names, standing } = context
  const { mode, ground } = judge(standing)
  const away = awayText(context)
  const gone = goneText(context)
  const { upload } = context.evidence
  if (ground.kind === 'not-uploaded' && upload !== null)
    return absent(names.profile, [`it was uploaded only at ${moment(upload.at)}${byWhom(upload)}`])
  if (ground.kind === 'not-uploaded' || ground.kind === 'deleted') return absent(names.profile, [turnClause(context), ...gone])
  if (away !== null)
    return absent(names.profile, [away, ...(mode === 'unwanted' ? [`besides, ${groundText(ground, standing, names)}`] : [])])
  if (mode !== 'wanted') return absent(names.profile, [turnClause(context), ...gone])
  return { status: 'pending', operation: 'install', sentence: `${names.profile} is pending: ${delayText(context)}.` }
}

const absent = (name: string, parts: readonly string[]): Verdict<ProfileStatus> => ({
  status: 'absent',
  operation: null,
  sentence: `${name} is not on the host, because ${parts.join('; ')}.`,
})

/** That the host is not managed, as a clause; null when it is. */
const awayText = (context: Context): string | null => {
  const { enrollment, merging } = context.evidence.host.state
  const at = (type: HostEvent['type']): string => {
    const event = lastOf(context, (one) => one.type === type)
    return event === null ? '' : ` at ${moment(event.at)}`
  }
  if (merging.into !== null) return `the host lives on as host ${merging.into} since it was merged into it${at('HostMergedAway')}`
  switch (enrollment.stage) {
    case 'enrolled':
      return null
    case 'never':
      return 'the host never enrolled'
    case 'started':
      return `the host began to enroll${at('EnrollmentStarted')} and has not finished`
    case 'ended': {
      const event = lastOf(context, ({ type }) => type === 'EnrollmentEnded')
      const told = event === null ? null : tellAbout(event, context)
      return `the enrollment of the host ended${at('EnrollmentEnded')}${
        told?.why == null ? '' : ` (${inSentence(told.why)})`
      }${endedBy(context)}`
    }
  }
}

/** Who asked the host to leave, if anybody did. */
const endedBy = (context: Context): string => {
  const asked = lastOf(context, ({ type }) => type === 'UnenrollmentRequested')
  return asked === null ? '' : `, after it was asked to leave at ${moment(asked.at)}${byWhom(asked)}`
}

/** How it left, if it was there in this enrollment. */
const goneText = (context: Context): readonly string[] => {
  const event = lastOf(context, (one) => leaves(one, context.profileId))
  if (event === null) return []
  const own = 'because' in event.data ? departures[event.data.because] : undefined
  const told = tellAbout(event, context)
  return [`at ${moment(event.at)} ${own ?? inSentence(told?.sentence ?? event.type)}`]
}

const departures: Readonly<Partial<Record<string, string>>> = {
  removed: 'the host removed it',
  'was-not-there': 'the host said that it was not installed',
  'never-sent': 'it was taken back before it was sent',
  'never-landed': 'it was given up without ever having been installed',
  replaced: 'another profile with the same identifier took its place',
}

const leaves = (event: Recorded<HostEvent>, profileId: string): boolean =>
  event.type === 'ProfileRemoved' ||
  event.type === 'ProfileForgotten' ||
  event.type === 'DeclarationsDropped' ||
  (event.type === 'ProfileKept' && event.data.from === profileId)

const lastOf = ({ evidence }: Context, is: (event: Recorded<HostEvent>) => boolean): Recorded<HostEvent> | null =>
  evidence.host.kept.findLast(({ event }) => is(event))?.event ?? null

/** What keeps something from being sent that is wanted. */
const delayText = ({ evidence }: Context): string => {
  const { enrollment, hostProfiles } = evidence.host.state
  const version = versionIn(evidence.profile)
  const isDeclaration = evidence.profile.some((event) => event.type === 'ProfileUploaded' && event.data.kind === 'declaration')
  if (isDeclaration && !canDeclare(enrollment))
    return enrollment.facts.osVersion === undefined
      ? 'the host keeps its version to itself, so nobody knows whether it takes declarations'
      : `the host runs ${systems[enrollment.platform] ?? ''} ${enrollment.facts.osVersion}, which takes no declarations`
  if (isDeclaration && enrollment.awaitingConfiguration)
    return 'the host stands in its setup assistant, where it fetches no declarations'
  if (version?.scope === 'User' && !reachesUsers(enrollment))
    return 'it is for a user, and no user of the host can be reached; two hours after the enrollment it counts as failed'
  const other = Object.values(hostProfiles).find(
    ({ identifier, scope }) => identifier === version?.identifier && scope !== version.scope,
  )
  if (other !== undefined) return `a profile of the same identifier has to be removed from the ${other.scope} scope first`
  return 'the host is to have it, and sending it is about to be decided'
}

const versionIn = (events: readonly Recorded[]): Pick<ProfileVersion, 'scope' | 'identifier'> | undefined =>
  events.findLast(({ type }) => type === 'ProfileUploaded' || type === 'ProfileEdited')?.data as ProfileVersion | undefined
