import type { Reason } from '../commands/events.ts'
import { userChannelWaitMs } from '../enrollment/user-channel.ts'
import type { DesiredProfile, HostProfile, HostProfiles } from './state.ts'

/** What must be done so that a host comes to look like its cohort. The lists are disjoint by profile. */
export type Decisions = Readonly<{
  install: readonly Readonly<{ profile: DesiredProfile; reason: Reason }>[]
  remove: readonly Readonly<{ profileId: string; profile: HostProfile; reason: Reason; ignoreError: boolean }>[]
  /** The same bytes are on the host under the id `from`: nothing is sent. */
  keep: readonly Readonly<{ from: string; to: DesiredProfile; has: HostProfile }>[]
  forget: readonly Readonly<{ profileId: string; because: 'never-sent' | 'never-landed' | 'replaced' | 'no-user-channel' }>[]
  /** User settings with no user to give them to, long after enrollment. */
  refuse: readonly DesiredProfile[]
  /** Commands on their way that are no longer wanted. */
  cancel: readonly Readonly<{ commandId: string; because: 'superseded' | 'no-longer-wanted' }>[]
}>

export type Situation = Readonly<{
  desired: readonly DesiredProfile[]
  current: HostProfiles
  hasUserChannel: boolean
  enrolledAt: string | null
  /** ISO 8601. */
  now: string
}>

/**
 * The difference between what a host should have and what it has, as decisions with their reasons. Pure: the worker, the check-in and the
 * plan all ask this one function. Never removes and installs one identifier in the same round: an installation replaces by identifier.
 */
export const reconcile = (situation: Situation): Decisions => {
  const { desired, current } = situation
  const wanted = new Map(desired.map((profile) => [profile.profileId, profile]))
  const missing = desired.flatMap((profile) => wantedNow(profile, current[profile.profileId]))
  const unwanted = Object.entries(current).filter(([profileId, profile]) => !wanted.has(profileId) && !isLeaving(profile))

  const byIdentifier = new Map(unwanted.map(([profileId, profile]) => [profile.identifier, { profileId, profile }]))
  const installing = missing.map((install) => ({ ...install, replaced: byIdentifier.get(install.profile.identifier) }))
  const replacing = new Set(installing.flatMap(({ replaced }) => (replaced === undefined ? [] : [replaced.profileId])))

  const kept = installing.filter(({ profile, replaced }) => replaced !== undefined && isSame(profile, replaced.profile))
  const changed = installing.filter((one) => !kept.includes(one))
  const sendable = changed.filter(({ profile }) => profile.scope === 'System' || situation.hasUserChannel)
  const withoutUser = changed.filter((one) => !sendable.includes(one)).map(({ profile }) => profile)
  const removals = unwanted
    .filter(([profileId]) => !replacing.has(profileId))
    .map((entry) => removal(entry, situation.hasUserChannel))

  return {
    install: sendable.map(({ profile, reason, replaced }) => ({
      profile,
      reason: replaced === undefined ? reason : { code: 'profile-replaces', profileId: replaced.profileId },
    })),
    remove: removals.flatMap(({ remove }) => remove),
    keep: kept.flatMap(({ profile, replaced }) =>
      replaced === undefined ? [] : [{ from: replaced.profileId, to: profile, has: replaced.profile }],
    ),
    forget: [
      ...changed.flatMap(({ replaced }) =>
        replaced === undefined ? [] : [{ profileId: replaced.profileId, because: 'replaced' as const }],
      ),
      ...removals.flatMap(({ forget }) => forget),
    ],
    refuse: waitIsOver(situation) ? withoutUser.filter((profile) => !isRefused(profile, current[profile.profileId])) : [],
    cancel: [
      ...sendable.flatMap(({ profile, replaced }) =>
        [current[profile.profileId], replaced?.profile].flatMap((one) => inFlight(one, 'superseded')),
      ),
      ...removals.flatMap(({ profile }) => inFlight(profile, 'no-longer-wanted')),
    ],
  }
}

/** True when there is nothing to decide. */
export const isSettled = (decisions: Decisions): boolean => Object.values(decisions).every((list) => list.length === 0)

const wantedNow = (
  profile: DesiredProfile,
  has: HostProfile | undefined,
): readonly Readonly<{ profile: DesiredProfile; reason: Reason }>[] => {
  const reason = installReason(profile, has)
  return reason === null ? [] : [{ profile, reason }]
}

const installReason = (profile: DesiredProfile, has: HostProfile | undefined): Reason | null => {
  if (has === undefined) return { code: 'profile-missing' }
  if (has.operation === 'remove') return { code: 'removal-reversed' }
  if (has.checksum !== profile.checksum) return { code: 'profile-changed', from: has.checksum }
  if (has.status !== 'waiting') return null
  if (has.resend) return { code: 'resend-asked' }
  return has.failures > 0 ? { code: 'retried', attempt: has.failures } : { code: 'profile-missing' }
}

/** Its removal is under way, or failed for good: not decided again. */
const isLeaving = (profile: HostProfile): boolean => profile.operation === 'remove'

/** The device holds these bytes, or is about to: only the id differs. */
const isSame = (profile: DesiredProfile, has: HostProfile): boolean =>
  has.checksum === profile.checksum && has.scope === profile.scope && has.status !== 'waiting' && has.status !== 'failed'

type Removal = Readonly<{ profile: HostProfile; remove: Decisions['remove']; forget: Decisions['forget'] }>

const removal = ([profileId, profile]: readonly [string, HostProfile], hasUserChannel: boolean): Removal => {
  const forget = (because: 'never-sent' | 'never-landed' | 'no-user-channel'): Removal => ({
    profile,
    remove: [],
    forget: [{ profileId, because }],
  })
  const remove = (ignoreError: boolean): Removal => ({
    profile,
    remove: [{ profileId, profile, reason: { code: 'no-longer-wanted' }, ignoreError }],
    forget: [],
  })
  if (profile.scope === 'User' && !hasUserChannel) return forget('no-user-channel')
  if (profile.status === 'waiting' && !profile.landed && profile.failures === 0) return forget('never-sent')
  if (profile.status === 'failed' || profile.status === 'waiting') return profile.landed ? remove(true) : forget('never-landed')
  return remove(profile.status === 'pending')
}

const inFlight = (
  profile: HostProfile | undefined,
  because: 'superseded' | 'no-longer-wanted',
): readonly Readonly<{ commandId: string; because: 'superseded' | 'no-longer-wanted' }>[] =>
  profile?.status === 'pending' && profile.commandId !== null ? [{ commandId: profile.commandId, because }] : []

const waitIsOver = ({ enrolledAt, now }: Situation): boolean =>
  enrolledAt !== null && Date.parse(now) - Date.parse(enrolledAt) >= userChannelWaitMs

const isRefused = (profile: DesiredProfile, has: HostProfile | undefined): boolean =>
  has?.status === 'failed' && has.checksum === profile.checksum && has.operation === 'install'
