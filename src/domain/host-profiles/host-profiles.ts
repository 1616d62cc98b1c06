import { derivedId } from '../../kernel/ids.ts'
import type { Slice } from '../../kernel/slice.ts'
import { cancelSome } from '../commands/cancelling.ts'
import { systems } from '../commands/needs.ts'
import type { CommandEvent, QueuedCommand } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { reachesUsers, userChannelOf } from '../enrollment/state.ts'
import { declared } from '../declarations/declaring.ts'
import type { Declarations } from '../declarations/state.ts'
import type { DeclarationEvent } from '../declarations/events.ts'
import type { HostValues } from '../settings/host-values.ts'
import { hostValuesOf, renderingOf } from '../settings/host-values.ts'
import { deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { HostProfileEvent, RefusedBecause } from './events.ts'
import type { Overriding } from './overriding.ts'
import { overridingNews } from './overriding.ts'
import { observed } from './observing.ts'
import type { Decisions } from './reconcile.ts'
import { reconcile } from './reconcile.ts'
import { rememberQueued } from './remembering.ts'
import type { DesiredProfile, HostProfile, HostProfiles } from './state.ts'

export type HostProfileCommand =
  /** `desired` is the whole set of the host's cohort; `now` is ISO 8601; without `declarationsToken` the declarations are not looked at. */
  | { type: 'ReconcileProfiles'; data: { desired: readonly DesiredProfile[]; declarationsToken?: string | null; now: string } }
  | { type: 'ResendProfile'; data: { profileId: string } }
  /** `all` that is overridden on the host by now. */
  | { type: 'NoteOverriding'; data: { all: readonly Overriding[] } }

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands; hostProfiles: HostProfiles; declarations: Declarations }>

type Remembers = HostProfileEvent | Extract<CommandEvent, { type: 'CommandsQueued' }> | EnrollmentStartedOrEnded

type EnrollmentStartedOrEnded = Extract<EnrollmentEvent, { type: 'EnrollmentStarted' | 'EnrollmentEnded' }>

export const hostProfiles: Slice<
  HostProfileCommand,
  HostProfileEvent | CommandEvent | DeclarationEvent,
  HostProfiles,
  Sees,
  Remembers
> = {
  initial: {},

  decide: {
    ReconcileProfiles: ({ data: { desired, declarationsToken, now } }, sees) => {
      if (sees.enrollment.stage !== 'enrolled') return []
      const { enrolledAt } = sees.enrollment
      const hasUserChannel = reachesUsers(sees.enrollment)
      const values = hostValuesOf(sees.enrollment)
      const [declarations, profiles] = partition(desired)
      const unsent = new Set([...sees.commands.waiting].flatMap(([id, { sends }]) => (sends > 0 ? [] : [id])))
      const current = sees.hostProfiles
      const system = systemOf(sees.enrollment)
      const decisions = reconcile({ desired: profiles, current, hasUserChannel, enrolledAt, unsent, values, ...system, now })
      return [
        ...told(decisions, { ...sees, values }, deadlineOf(now)),
        ...declared({ desired: declarations, standing: declarationsToken, values, now }, sees),
      ]
    },

    NoteOverriding: ({ data: { all } }, { enrollment, hostProfiles: now }) =>
      enrollment.stage === 'enrolled' ? overridingNews(all, now) : [],

    ResendProfile: ({ data }, { hostProfiles: now }) => {
      const has = now[data.profileId]
      if (has?.operation !== 'install') return reject('not-found', 'This host does not have the profile.', 'profile_uuid')
      if (has.status === 'pending' || has.status === 'verifying')
        return reject('still-in-progress', `The profile is still ${has.status} on this host.`, 'profile_uuid')
      return has.status === 'waiting' ? [] : [{ type: 'ProfileResendAsked', data }]
    },
  },

  evolve: {
    EnrollmentStarted: () => ({}),
    EnrollmentEnded: () => ({}),
    CommandsQueued: (state, { data }) => rememberQueued(state, data.commands),
    ProfileInstalled: (state, { data }) =>
      change(state, data.profileId, { status: data.status, landed: true, failures: 0, resend: false }),
    ProfileInstallFailed: (state, { data }) =>
      change(state, data.profileId, { status: data.willRetry ? 'waiting' : 'failed', failures: data.attempt, commandId: null }),
    ProfileRemoved: (state, { data }) => without(state, data.profileId),
    ProfileRemovalFailed: (state, { data }) => change(state, data.profileId, { status: 'failed', commandId: null }),
    ProfileKept: (state, { data }) => {
      const from = state[data.from]
      if (from === undefined) return state
      const kept = from.operation === 'remove' ? { ...from, ...stayed, status: data.status } : from
      return { ...without(state, data.from), [data.to]: kept }
    },
    ProfileForgotten: (state, { data }) => without(state, data.profileId),
    // What was there before, in another version, is there still.
    ProfileRefused: (state, { data }) => ({
      ...state,
      [data.profileId]: { ...refused(data), landed: state[data.profileId]?.landed ?? false },
    }),
    ProfileResendAsked: (state, { data }) =>
      change(state, data.profileId, { status: 'waiting', resend: true, failures: 0, misses: 0 }),
    ProfileOverridden: (state, { data: { profileId, by, detail } }) =>
      change(state, profileId, { status: 'failed', overridden: { by, detail } }),
    ProfileOverrideEnded: (state, { data }) =>
      change(state, data.profileId, { status: 'waiting', overridden: { by: [], detail: '' } }),
    ProfilesObserved: observed,
  },
}

/**
 * Decisions as events: what is cancelled, what needs no command, what is queued (one event for the round). What is replaced is forgotten
 * last, so that its successor inherits what is known of its place.
 */
const told = (
  decisions: Decisions,
  { enrollment, commands, values }: Sees & Readonly<{ values: HostValues }>,
  deadline: string,
): readonly (HostProfileEvent | CommandEvent)[] => {
  const queue = queuedBy(decisions, { enrollment, queued: commands.queued, values }).map((command) => ({ ...command, deadline }))
  return [
    ...cancelSome(commands, because(decisions, 'superseded'), 'superseded'),
    ...cancelSome(commands, because(decisions, 'no-longer-wanted'), 'no-longer-wanted'),
    ...decisions.keep.map(kept),
    ...decisions.refuse.map(({ profile, because, variable }): HostProfileEvent => ({
      type: 'ProfileRefused',
      data: {
        profileId: profile.profileId,
        ...content(profile),
        because,
        detail: refusals[because](enrollment, variable),
      },
    })),
    ...(queue.length === 0 ? [] : [{ type: 'CommandsQueued', data: { commands: queue } } as const]),
    ...decisions.forget.map((data): HostProfileEvent => ({ type: 'ProfileForgotten', data })),
  ]
}

/** How long a host may take to fetch its settings and to answer, ms; after that they are decided anew. */
const settingsWaitMs = 90 * 24 * 60 * 60 * 1000

const deadlineOf = (now: string): string => new Date(Date.parse(now) + settingsWaitMs).toISOString()

const kept = ({ from, to, has }: Decisions['keep'][number]): HostProfileEvent => {
  const stood = has.operation === 'remove' ? has.stood : has.status
  return {
    type: 'ProfileKept',
    data: {
      from,
      to: to.profileId,
      ...content(to),
      status: stood === 'verified' || stood === 'verifying' ? stood : 'pending',
      commandId: has.operation === 'remove' ? null : has.commandId,
    },
  }
}

type Round = Readonly<{ enrollment: Enrollment; queued: number; values: HostValues }>

const queuedBy = ({ install, remove }: Decisions, { enrollment, queued, values }: Round): readonly QueuedCommand[] => {
  const channelFor = (scope: 'System' | 'User') =>
    scope === 'User' ? (userChannelOf(enrollment) ?? deviceChannel) : deviceChannel
  const commands: readonly Omit<QueuedCommand, 'commandId'>[] = [
    ...remove.map(({ profileId, profile, reason, ignoreError }) => ({
      channel: channelFor(profile.scope),
      request: { kind: 'remove-profile', profileId, identifier: profile.identifier, ignoreError } as const,
      reason,
    })),
    ...install.map(({ profile, reason }) => {
      const { profileId, identifier, checksum, scope, secretsAt } = profile
      const rendering = renderingOf(profile, values)
      const digest = rendering.kind === 'rendering' ? rendering.digest : null
      const request = { kind: 'install-profile', profileId, identifier, checksum, scope } as const
      return {
        channel: channelFor(scope),
        request: { ...request, ...(secretsAt && { secretsAt }), ...(digest && { rendering: digest }) },
        reason,
      }
    }),
  ]
  const round = `${String(enrollment.enrollmentId)}/${String(enrollment.epoch)}`
  return commands.map((command, index) => ({ commandId: derivedId(`${round}/${String(queued + index)}`), ...command }))
}

const partition = (desired: readonly DesiredProfile[]) =>
  [desired.filter(({ kind }) => kind === 'declaration'), desired.filter(({ kind }) => kind !== 'declaration')] as const

const because = ({ cancel }: Decisions, why: 'superseded' | 'no-longer-wanted'): readonly string[] =>
  cancel.filter((one) => one.because === why).map(({ commandId }) => commandId)

/** The major version of a system of Apple's; nothing for one that did not tell, and for others. */
export const systemOf = ({ platform, facts }: Pick<Enrollment, 'platform' | 'facts'>): Readonly<{ system?: number }> => {
  const system = Number.parseInt(facts.osVersion ?? '', 10)
  return platform === 'windows' || platform === 'linux' || Number.isNaN(system) ? {} : { system }
}

const refusals: Readonly<Record<RefusedBecause, (enrollment: Enrollment, variable: string | undefined) => string>> = {
  'no-user-channel': (enrollment) => noUser(enrollment),
  'variable-missing': (_, variable = '') => `Nothing is known of this host that $FLEET_VAR_${variable} could stand for.`,
  'system-heeds-nothing': ({ platform, facts }) =>
    `${systems[platform]} ${facts.osVersion ?? ''} ignores all that the profile sets: updates are enforced by declarations there.`,
}

const content = ({ identifier, checksum, scope }: DesiredProfile) => ({ identifier, checksum, scope })

const noUser = ({ platform }: Enrollment): string =>
  platform === 'darwin'
    ? 'The profile is for a user, and no user of this Mac is enrolled.'
    : 'The profile is for a user, and this device has no user channel.'

/** A removal that was taken back. */
const stayed = { operation: 'install', commandId: null, ignoreError: false } as const

const refused = ({
  identifier,
  checksum,
  scope,
  because,
}: Extract<HostProfileEvent, { type: 'ProfileRefused' }>['data']): HostProfile => ({
  identifier,
  checksum,
  scope,
  operation: 'install',
  status: 'failed',
  refusedFor: because,
  commandId: null,
  failures: 0,
  landed: false,
  ignoreError: false,
  resend: false,
})

const change = (state: HostProfiles, profileId: string, how: Partial<HostProfile>): HostProfiles => {
  const has = state[profileId]
  return has === undefined ? state : { ...state, [profileId]: { ...has, ...how } }
}

const without = (state: HostProfiles, profileId: string): HostProfiles => {
  const { [profileId]: _, ...rest } = state
  return rest
}
