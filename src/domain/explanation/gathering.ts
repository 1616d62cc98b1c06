import type { Recorded } from '../../kernel/event.ts'
import { evolveSlice } from '../../kernel/slice.ts'
import type { QueuedCommand } from '../commands/events.ts'
import { declarations } from '../declarations/declarations.ts'
import { enrollment } from '../enrollment/enrollment.ts'
import type { HostEvent } from '../host/events.ts'
import { hostProfiles } from '../host-profiles/host-profiles.ts'
import { labels } from '../labels/membership.ts'
import { merging } from '../merging/merging.ts'
import { membership } from '../teams/membership.ts'
import type { HostEvidence, HostState, Kept, Role } from './evidence.ts'

/** What to look for in a host's stream: a profile, a command, or a command that carries a profile. `labels` are all that the profile ever named. */
export type Sought = Readonly<{ profileId: string | null; commandId: string | null; labels: ReadonlySet<string> }>

/** Before anything was read. */
export const nothingGathered = (hostId: string): HostEvidence => ({
  id: hostId,
  state: {
    enrollment: enrollment.initial,
    membership: membership.initial,
    merging: merging.initial,
    labels: labels.initial,
    hostProfiles: hostProfiles.initial,
    declarations: declarations.initial,
  },
  kept: [],
  commandIds: new Set(),
  begun: null,
})

/**
 * Reads on in a host's stream: remembers the state, and of the events those that matter. A new enrollment begins on an empty host, so what was
 * delivered before it is forgotten; a single command is followed whenever it was.
 */
export const gather = (before: HostEvidence, events: readonly Recorded<HostEvent>[], sought: Sought): HostEvidence => {
  let { state, begun } = before
  const commandIds = new Set(before.commandIds)
  let kept = [...before.kept]
  for (const event of events) {
    const was = isCounted(state, sought)
    state = after(state, event)
    if (event.type === 'EnrollmentStarted' && sought.commandId === null) {
      kept = kept.filter(outlivesEnrollment)
      begun = null
      commandIds.clear()
    }
    for (const commandId of commandsIn(event, state, sought)) commandIds.add(commandId)
    if (!was && isCounted(state, sought)) begun = event.position
    const role = roleOf(event, { sought, commandIds, state })
    if (role !== null) kept.push({ role, event })
  }
  return { id: before.id, state, begun, commandIds, kept }
}

/** The commands of one queueing that carry what is sought. */
export const carriersAmong = (
  commands: readonly QueuedCommand[],
  { profileId, commandId }: Pick<Sought, 'profileId' | 'commandId'>,
): readonly QueuedCommand[] =>
  commands.filter(
    (command) =>
      command.commandId === commandId || ('profileId' in command.request && command.request.profileId === (profileId ?? '')),
  )

const slices = { enrollment, membership, merging, labels, hostProfiles, declarations } as const

/** Most events change nothing of what is remembered. */
const remembered: ReadonlySet<string> = new Set(Object.values(slices).flatMap(({ evolve }) => Object.keys(evolve)))

const after = (state: HostState, event: Recorded<HostEvent>): HostState =>
  remembered.has(event.type)
    ? {
        enrollment: evolveSlice(enrollment, state.enrollment, event),
        membership: evolveSlice(membership, state.membership, event),
        merging: evolveSlice(merging, state.merging, event),
        labels: evolveSlice(labels, state.labels, event),
        hostProfiles: evolveSlice(hostProfiles, state.hostProfiles, event),
        declarations: evolveSlice(declarations, state.declarations, event),
      }
    : state

const outlivesEnrollment = ({ role }: Kept): boolean => role !== 'delivery' && role !== 'enrollment'

const isCounted = ({ hostProfiles: has, declarations: { assigned } }: HostState, { profileId }: Sought): boolean =>
  profileId !== null && (profileId in has || profileId in assigned)

/** Commands by which the subject travels, that this event names first. */
const commandsIn = (event: Recorded<HostEvent>, state: HostState, sought: Sought): readonly string[] => {
  if (event.type === 'ProfileKept')
    return event.data.to === sought.profileId && event.data.commandId !== null ? [event.data.commandId] : []
  if (event.type !== 'CommandsQueued') return []
  const { commands } = event.data
  const assigned = sought.profileId === null ? undefined : state.declarations.assigned[sought.profileId]
  const telling = commands.filter(
    ({ request, channel }) =>
      request.kind === 'sync-declarations' && assigned?.status === 'pending' && assigned.channel === channel,
  )
  return [...carriersAmong(commands, sought), ...telling].map(({ commandId }) => commandId)
}

type Looking = Readonly<{ sought: Sought; commandIds: ReadonlySet<string>; state: HostState }>

/** In which way an event matters; null: in none. */
const roleOf = (event: Recorded<HostEvent>, looking: Looking): Role | null => {
  const role = roles[event.type]
  if (role === undefined) return isAbout(event, looking) ? 'delivery' : null
  if (role === 'label' && event.type === 'LabelMembershipChanged') {
    const { joined, left, learned } = event.data
    return [...joined, ...left, ...learned].some((label) => looking.sought.labels.has(label)) ? role : null
  }
  return role
}

/** Events that matter whatever is sought. */
const roles: Readonly<Partial<Record<string, Role>>> = {
  HostDiscovered: 'being',
  HostMergedAway: 'being',
  HostCameBack: 'being',
  EnrollmentStarted: 'enrollment',
  WindowsDeviceEnrolled: 'enrollment',
  ChannelOpened: 'enrollment',
  ChannelClosed: 'enrollment',
  HostReleased: 'enrollment',
  UnenrollmentRequested: 'enrollment',
  EnrollmentEnded: 'enrollment',
  HostReadmitted: 'enrollment',
  HostDescribed: 'facts',
  HostTransferred: 'team',
  LabelMembershipChanged: 'label',
}

const isAbout = (event: Recorded<HostEvent>, { sought: { profileId, commandId }, commandIds, state }: Looking): boolean => {
  const { data } = event
  if ('commandId' in data && data.commandId !== null && (commandIds.has(data.commandId) || data.commandId === commandId))
    return true
  if ('commandIds' in data) return data.commandIds.some((one) => commandIds.has(one))
  if (event.type === 'CommandsQueued') {
    if (event.data.commands.some((command) => commandIds.has(command.commandId))) return true
    // The host is asked what it has because nobody has seen this profile, among others.
    const isUnseen = profileId !== null && state.hostProfiles[profileId]?.status === 'verifying'
    return isUnseen && event.data.commands.some(({ reason }) => reason.code === 'verification')
  }
  // What a word of news is about.
  if (event.type === 'DeclarationsAssigned' && profileId === null) return true
  return profileId !== null && names(event, profileId)
}

const names = ({ type, data }: Recorded<HostEvent>, profileId: string): boolean => {
  if ('profileId' in data && data.profileId === profileId) return true
  if ('profileIds' in data) return data.profileIds.includes(profileId)
  if (type === 'ProfileKept') return data.from === profileId || data.to === profileId
  if (type === 'ProfilesObserved') return data.seen.includes(profileId) || data.missed.some((one) => one.profileId === profileId)
  if (type === 'DeclarationsAssigned')
    return data.withdrawn.includes(profileId) || data.assigned.some((one) => one.profileId === profileId)
  return (
    type === 'DeclarationsReported' &&
    (data.changed.some((one) => one.profileId === profileId) || data.lost?.includes(profileId) === true)
  )
}
