import type { Reason } from '../commands/events.ts'
import type { HostValues } from '../settings/host-values.ts'
import { renderingOf } from '../settings/host-values.ts'
import { userChannelWaitMs } from '../enrollment/user-channel.ts'
import type { Overrider, RefusedBecause } from './events.ts'
import type { DesiredProfile, HostProfile, HostProfiles } from './state.ts'
import { mayBeThere } from './state.ts'

/** What must be done so that a host comes to look like its cohort. The lists are disjoint by profile. */
export type Decisions = Readonly<{
  install: readonly Readonly<{ profile: DesiredProfile; reason: Reason }>[]
  remove: readonly Readonly<{ profileId: string; profile: HostProfile; reason: Reason; ignoreError: boolean }>[]
  /** The same bytes are on the host under the id `from`, or (the same id) were to leave and nobody told it yet: nothing is sent. */
  keep: readonly Readonly<{ from: string; to: DesiredProfile; has: HostProfile }>[]
  forget: readonly Readonly<{ profileId: string; because: 'never-sent' | 'never-landed' | 'replaced' | 'no-user-channel' }>[]
  /** What cannot be given to this host: user settings with no user long after enrollment, variables that stand for nothing here, what its system ignores. */
  refuse: readonly Refusal[]
  /** Commands on their way that are no longer wanted. */
  cancel: readonly Readonly<{ commandId: string; because: 'superseded' | 'no-longer-wanted' }>[]
}>

export type Refusal = Readonly<{ profile: DesiredProfile; because: RefusedBecause; variable?: string }>

export type Situation = Readonly<{
  desired: readonly DesiredProfile[]
  current: HostProfiles
  hasUserChannel: boolean
  enrolledAt: string | null
  /** Commands that wait and were not handed to the host yet; absent: none. */
  unsent?: ReadonlySet<string>
  /** What this host's variables stand for. */
  values?: HostValues
  /** The major version of the host's system; absent: not known. */
  system?: number
  /** ISO 8601. */
  now: string
}>

/**
 * The difference between what a host should have and what it has, as decisions with their reasons. Pure: the worker, the check-in and the
 * plan all ask this one function. An installation replaces what has its identifier in the same scope, so it never goes with a removal of the
 * same identifier: they would race. From one scope to the other nothing is replaced; there the removal goes first, alone.
 */
export const reconcile = (situation: Situation): Decisions => {
  const { current, hasUserChannel, values = {}, unsent = nobody } = situation
  const kept = new Set(situation.desired.flatMap(({ profileId, mode }) => (mode === 'kept' ? [profileId] : [])))
  const all = situation.desired.filter(
    ({ profileId, mode }) => mode === undefined || (mode === 'held' && isThere(current[profileId])),
  )
  const missing = all.flatMap((profile): readonly Refusal[] => {
    const rendering = renderingOf(profile, values)
    return rendering.kind === 'missing' ? [{ profile, because: 'variable-missing', variable: rendering.variable }] : []
  })
  const ended = all.filter((profile) => isEnded(profile, situation) && !isThereAlready(profile, current[profile.profileId]))
  const desired = all.filter((profile) => !missing.some((one) => one.profile === profile) && !isEnded(profile, situation))
  const wanted = new Map(all.map((profile) => [profile.profileId, profile]))
  const others = Object.entries(current).flatMap(([profileId, profile]): readonly Other[] =>
    kept.has(profileId) || wanted.get(profileId)?.scope === profile.scope ? [] : [{ profileId, profile }],
  )
  const staying = desired.filter((profile) => isStillAsItWas(profile, current[profile.profileId], { unsent, values }))
  const installing = desired
    .filter((profile) => !staying.includes(profile) && !others.some((other) => goesBefore(other, profile)))
    .flatMap((profile) => wantedNow(profile, current[profile.profileId], { values, wanted }))
    .map((install, index, all) => {
      const isFirst = all.findIndex((one) => placeOf(one.profile) === placeOf(install.profile)) === index
      const replaced = isFirst ? others.filter((other) => isReplaced(other, install.profile)) : []
      return { ...install, replaced, same: replaced.find(({ profile }) => isSame(install.profile, profile, values)) }
    })

  const keeping = installing.filter(({ same }) => same !== undefined)
  const changed = installing.filter(({ same }) => same === undefined)
  const sendable = changed.filter(({ profile }) => profile.scope === 'System' || hasUserChannel)
  const withoutUser = changed.filter((one) => !sendable.includes(one)).map(({ profile }) => profile)
  const replaced = [...keeping, ...sendable].flatMap((one) => one.replaced.filter((other) => other !== one.same))
  const spared = new Set([...replaced, ...keeping.map(({ same }) => same)])
  const removals = others
    .filter((other) => !spared.has(other) && other.profile.operation !== 'remove')
    .filter(({ profileId, profile }) => !wanted.has(profileId) || mayBeThere(profile))
    .map((other) => removal(other, hasUserChannel))

  return {
    install: sendable.map(({ profile, reason, replaced: [first] }) => ({
      profile,
      reason: first === undefined ? reason : { code: 'profile-replaces', profileId: first.profileId },
    })),
    remove: removals.flatMap(({ remove }) => remove),
    keep: [
      ...keeping.flatMap(({ profile, same }) =>
        same === undefined ? [] : [{ from: same.profileId, to: profile, has: same.profile }],
      ),
      ...staying.flatMap((profile) => {
        const has = current[profile.profileId]
        return has === undefined ? [] : [{ from: profile.profileId, to: profile, has }]
      }),
    ],
    forget: [
      ...replaced.map(({ profileId }) => ({ profileId, because: 'replaced' as const })),
      ...removals.flatMap(({ forget }) => forget),
    ],
    refuse: [
      ...missing,
      ...ended.map((profile) => ({ profile, because: 'system-heeds-nothing' as const })),
      ...(waitIsOver(situation) ? withoutUser.map((profile) => ({ profile, because: 'no-user-channel' as const })) : []),
    ].filter(({ profile }) => !isRefused(profile, current[profile.profileId])),
    cancel: [
      ...sendable.flatMap(({ profile }) => inFlight(current[profile.profileId], 'superseded')),
      ...replaced.flatMap(({ profile }) => inFlight(profile, 'superseded')),
      ...removals.flatMap(({ profile }) => inFlight(profile, 'no-longer-wanted')),
      ...ended.flatMap(({ profileId }) => inFlight(current[profileId], 'no-longer-wanted')),
      ...staying.flatMap(({ profileId }) => inFlight(current[profileId], 'no-longer-wanted')),
    ],
  }
}

/** True when there is nothing to decide. */
export const isSettled = (decisions: Decisions): boolean => Object.values(decisions).every((list) => list.length === 0)

type Look = Readonly<{ values: HostValues; wanted: ReadonlyMap<string, DesiredProfile> }>

const wantedNow = (
  profile: DesiredProfile,
  has: HostProfile | undefined,
  look: Look,
): readonly Readonly<{ profile: DesiredProfile; reason: Reason }>[] => {
  const reason = installReason(profile, has, look)
  return reason === null ? [] : [{ profile, reason }]
}

const installReason = (profile: DesiredProfile, has: HostProfile | undefined, { values, wanted }: Look): Reason | null => {
  if (has === undefined) return { code: 'profile-missing' }
  if (has.operation === 'remove') return { code: 'removal-reversed' }
  if (has.checksum !== profile.checksum) return { code: 'profile-changed', from: has.checksum }
  if (profile.secretsAt !== undefined && (has.secretsAt ?? '') < profile.secretsAt) return { code: 'secrets-changed' }
  if (isRenderedAnew(profile, has, values)) return { code: 'variables-changed' }
  // Its user could not be reached then, or its system was another; where that is still so, it is refused as before.
  if (has.refusedFor === 'no-user-channel' || has.refusedFor === 'system-heeds-nothing') return { code: 'profile-missing' }
  if (has.overridden !== undefined && has.status !== 'pending' && !isOverridden(has.overridden.by, wanted))
    return { code: 'override-ended' }
  if (has.status !== 'waiting') return null
  if (has.resend) return { code: 'resend-asked' }
  if ((has.misses ?? 0) > 0) return { code: 'missing-on-host', attempt: has.misses ?? 0 }
  return has.failures > 0 ? { code: 'retried', attempt: has.failures } : { code: 'profile-missing' }
}

/** Whether all that overrode it is still to be there, in the same version. */
const isOverridden = (by: readonly Overrider[], wanted: Look['wanted']): boolean =>
  by.length > 0 && by.every(({ profileId, checksum }) => wanted.get(profileId)?.checksum === checksum)

/** What the host has of a profile that it should not have, or not in this scope. */
type Other = Readonly<{ profileId: string; profile: HostProfile }>

/** Where a profile lies on a device: the next one with the same place takes it over. */
const placeOf = ({ scope, identifier }: Pick<HostProfile, 'scope' | 'identifier'>): string => `${scope} ${identifier}`

const isReplaced = ({ profileId, profile }: Other, by: DesiredProfile): boolean =>
  profileId !== by.profileId && placeOf(profile) === placeOf(by)

/** In the other scope lies a profile of this identifier that an installation would not replace. One that cannot be removed is not waited for. */
const goesBefore = ({ profile }: Other, next: DesiredProfile): boolean =>
  profile.identifier === next.identifier &&
  profile.scope !== next.scope &&
  (profile.operation === 'remove' ? profile.status !== 'failed' : mayBeThere(profile))

/** The device holds these bytes, or is about to: only the id differs. */
const isSame = (profile: DesiredProfile, has: HostProfile, values: HostValues): boolean =>
  has.operation === 'install' &&
  has.checksum === profile.checksum &&
  has.status !== 'waiting' &&
  has.status !== 'failed' &&
  (has.secretsAt ?? '') >= (profile.secretsAt ?? '') &&
  !isRenderedAnew(profile, has, values)

const nobody: ReadonlySet<string> = new Set()

/** It was sure to be there, and is to leave by a command that the host never saw: taking that back leaves it as it was. */
const isStillAsItWas = (
  profile: DesiredProfile,
  has: HostProfile | undefined,
  { unsent, values }: Readonly<{ unsent: ReadonlySet<string>; values: HostValues }>,
): boolean =>
  has?.operation === 'remove' &&
  has.commandId !== null &&
  unsent.has(has.commandId) &&
  has.scope === profile.scope &&
  has.stood !== undefined &&
  isSame(profile, { ...has, operation: 'install', status: has.stood }, values) &&
  has.stood !== 'pending'

const isRenderedAnew = (profile: DesiredProfile, has: HostProfile, values: HostValues): boolean => {
  const rendering = renderingOf(profile, values)
  return rendering.kind === 'rendering' && rendering.digest !== (has.rendering ?? null)
}

const isEnded = ({ endedFrom }: DesiredProfile, { system }: Situation): boolean =>
  endedFrom !== undefined && system !== undefined && system >= endedFrom

/** What is there does no harm, and is not sent again. */
const isThereAlready = ({ checksum }: DesiredProfile, has: HostProfile | undefined): boolean =>
  has?.operation === 'install' && has.checksum === checksum && (has.status === 'verified' || has.status === 'verifying')

const isThere = (has: HostProfile | undefined): boolean => has?.operation === 'install'

type Removal = Readonly<{ profile: HostProfile; remove: Decisions['remove']; forget: Decisions['forget'] }>

const removal = ({ profileId, profile }: Other, hasUserChannel: boolean): Removal => {
  const forget = (because: 'never-sent' | 'never-landed' | 'no-user-channel'): Removal => ({
    profile,
    remove: [],
    forget: [{ profileId, because }],
  })
  if (profile.scope === 'User' && !hasUserChannel) return forget('no-user-channel')
  if (!mayBeThere(profile)) return forget(profile.failures === 0 && profile.status === 'waiting' ? 'never-sent' : 'never-landed')
  const ignoreError = profile.status !== 'verifying' && profile.status !== 'verified'
  return { profile, remove: [{ profileId, profile, reason: { code: 'no-longer-wanted' }, ignoreError }], forget: [] }
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
