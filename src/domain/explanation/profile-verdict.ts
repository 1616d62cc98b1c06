import type { OfType, Recorded } from '../../kernel/event.ts'
import type { AssignedDeclaration } from '../declarations/events.ts'
import type { HostEvent } from '../host/events.ts'
import type { HostProfileStatus } from '../host-profiles/state.ts'
import { absenceOf } from './absence.ts'
import type { Circumstances, ProfileStatus, Verdict } from './explanation.ts'
import { groundText } from './grounds.ts'
import { judge } from './judging.ts'
import type { Context } from './telling.ts'
import { tellAbout } from './telling.ts'
import { turnClause } from './turn-clause.ts'
import { waitText, wayOf } from './way-of-command.ts'
import { byWhom, inSentence, moment, withoutStop } from './wording.ts'

/** How a profile stands on a host. The status is what lists of the host's profiles show. */
export const verdictOnProfile = (context: Context, now: Circumstances | null): Verdict<ProfileStatus> => {
  const row = rowOf(context)
  if (row === null) return absenceOf(context)
  const { operation } = row
  const status = row.status === 'waiting' ? 'pending' : row.status
  const how = operation === 'remove' ? leaving(row, context, now) : staying(row, context, now)
  const parts = [how, ...(operation === 'remove' ? whyLeaving(context) : misfits(row, context))]
  return { status, operation, sentence: `${context.names.profile} ${parts.join('; ')}.` }
}

/** What a host's stream counts on it. `commandId` carries it now. */
type Row = Readonly<{
  operation: 'install' | 'remove'
  status: HostProfileStatus
  commandId: string | null
  checksum: string
}>

const rowOf = (context: Context): Row | null => {
  const { evidence, profileId } = context
  const { hostProfiles, declarations } = evidence.host.state
  const assigned = declarations.assigned[profileId]
  if (assigned === undefined) return hostProfiles[profileId] ?? null
  const { operation, checksum, status } = assigned
  return { operation, checksum, status, commandId: lastTelling(context) }
}

/** The command that tells a host of its declarations. */
const lastTelling = ({ evidence: { host } }: Context): string | null => [...host.commandIds].at(-1) ?? null

const staying = (row: Row, context: Context, now: Circumstances | null): string => {
  const last = lastOn(row, context)
  switch (row.status) {
    case 'verified':
      return `is verified on the host${since(last, context)}`
    case 'verifying':
      return `was taken by the host and has yet to be verified${since(last, context)}`
    case 'failed':
      return `failed on the host${because(last, context)}`
    case 'waiting':
      return `is pending: it is about to be sent again, after ${after(last, context)}`
    case 'pending':
      return `is pending: ${way(row, 'the command to install it', { context, now })}`
  }
}

const leaving = (row: Row, context: Context, now: Circumstances | null): string => {
  const last = lastOn(row, context)
  if (row.status === 'failed') return `could not be removed from the host${because(last, context)}`
  if (row.status === 'pending') return `is being removed from the host: ${way(row, 'the command to remove it', { context, now })}`
  return `is being removed from the host, which has heard of it${since(last, context)}`
}

type Look = Readonly<{ context: Context; now: Circumstances | null }>

const way = ({ commandId }: Row, what: string, { context, now }: Look): string => {
  const isDeclaration = context.profileId in context.evidence.host.state.declarations.assigned
  const found = commandId === null ? null : wayOf(context.evidence.host, commandId)
  if (found === null) return isDeclaration ? 'the host is about to be told to fetch it' : `${what} is on its way`
  return waitText(found, isDeclaration ? 'the command to fetch its declarations' : what, now)
}

const whyLeaving = (context: Context): readonly string[] => {
  const judgement = judge(context.standing)
  return judgement.mode === 'unwanted' ? [turnClause(context)] : []
}

/** What will not stay as it is: a version that is not the newest, and what is no longer wanted. */
const misfits = ({ checksum, status }: Row, context: Context): readonly string[] => {
  const { evidence, names, standing } = context
  const { mode, ground } = judge(standing)
  const isThere = status === 'verified' || status === 'verifying'
  if (mode === 'unwanted') return [`it is about to be ${isThere ? 'removed' : 'taken back'}, because ${turnClause(context)}`]
  if (mode === 'kept') return [`it stays as it is: ${groundText(ground, standing, names)}`]
  if (mode === 'held') return [`it stays where it is for the time being: ${groundText(ground, standing, names)}`]
  const newest = evidence.profile.findLast(({ type }) => type === 'ProfileUploaded' || type === 'ProfileEdited')
  return newest === undefined || !('checksum' in newest.data) || newest.data.checksum === checksum
    ? []
    : [`another version of it was uploaded at ${moment(newest.at)} and is about to be sent`]
}

/** The event by which it stands as it does. */
const lastOn = (row: Row, { evidence, profileId }: Context): Recorded<HostEvent> | null =>
  evidence.host.kept.findLast(({ role, event }) => role === 'delivery' && statusAfter(event, profileId) === row.status)?.event ??
  null

/** How a profile stands after an event; null when that does not say so. */
const statusAfter = (event: Recorded<HostEvent>, profileId: string): HostProfileStatus | null => {
  const told = statusesTold[event.type] as ((event: Recorded, profileId: string) => HostProfileStatus | null) | undefined
  return told?.(event, profileId) ?? null
}

const statusesTold: Readonly<{
  [T in HostEvent['type']]?: (event: Recorded<OfType<HostEvent, T>>, profileId: string) => HostProfileStatus | null
}> = {
  ProfileInstalled: ({ data }) => data.status,
  ProfileKept: ({ data }, profileId) => (data.to === profileId ? data.status : null),
  ProfilesObserved: ({ data: { seen, missed } }, profileId) => {
    if (seen.includes(profileId)) return 'verified'
    const miss = missed.find((one) => one.profileId === profileId)
    return miss === undefined ? null : miss.willRetry ? 'waiting' : 'failed'
  },
  ProfileInstallFailed: ({ data }) => (data.willRetry ? 'waiting' : 'failed'),
  ProfileRemovalFailed: () => 'failed',
  ProfileRefused: () => 'failed',
  ProfileResendAsked: () => 'waiting',
  DeclarationResendAsked: () => 'waiting',
  DeclarationsUnreported: () => 'failed',
  DeclarationsAssigned: ({ data: { assigned } }, profileId) => statusGiven(assigned.find((one) => one.profileId === profileId)),
  DeclarationsTaken: () => 'verifying',
  DeclarationsReported: ({ data: { changed, lost = [] } }, profileId) =>
    lost.includes(profileId) ? 'verifying' : (changed.find((one) => one.profileId === profileId)?.status ?? null),
}

const statusGiven = (one: AssignedDeclaration | undefined): HostProfileStatus | null =>
  one?.missing !== undefined || one?.refused !== undefined ? 'failed' : (one?.told?.status ?? null)

const since = (event: Recorded | null, context: Context): string => {
  const told = event === null ? null : tellAbout(event, context)
  return event === null || told === null ? '' : ` since ${moment(event.at)}, when ${inSentence(told.sentence)}`
}

/** When it went wrong, and what the host or the rules say. */
const because = (event: Recorded | null, context: Context): string => {
  const told = event === null ? null : tellAbout(event, context)
  if (event === null || told === null) return ''
  const attempts = event.type === 'ProfileInstallFailed' ? (event.data as Readonly<{ attempt: number }>).attempt : 1
  return ` at ${moment(event.at)}${attempts > 1 ? `, at attempt ${String(attempts)}` : ''}: ${withoutStop(told.why ?? told.sentence)}`
}

const after = (event: Recorded<HostEvent> | null, context: Context): string => {
  if (event === null) return 'it was lost'
  const at = `at ${moment(event.at)}`
  if (event.type === 'ProfileInstallFailed')
    return `the host refused it ${at} (attempt ${String(event.data.attempt)}: ${withoutStop(event.data.detail)})`
  if (event.type === 'ProfilesObserved') {
    const miss = event.data.missed.find(({ profileId }) => profileId === context.profileId)
    return `it was looked for in vain ${at} (${withoutStop(miss?.detail ?? '')})`
  }
  return `it was asked for ${at}${byWhom(event)}`
}
