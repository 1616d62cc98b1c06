import { canDeclare } from '../declarations/announcing.ts'
import type { DesiredProfile, HostProfile, HostProfiles, HostProfileStatus } from '../host-profiles/state.ts'
import { systemOf } from '../host-profiles/host-profiles.ts'
import { reconcile } from '../host-profiles/reconcile.ts'
import type { Platform } from '../platforms.ts'
import type { SettingsKind } from '../profiles/events.ts'
import type { HostPlan, PlannedSetting, Shift } from './host-plan.ts'
import { withoutUsual } from './host-plan.ts'

/** What the read models know of one setting on a host. */
export type Standing = Readonly<{
  profileId: string
  kind: SettingsKind
  identifier: string
  checksum: string
  scope: 'System' | 'User'
  operation: 'install' | 'remove'
  status: HostProfileStatus
  secretsAt: string | null
}>

/** Hosts that look the same to a change: the same sets before and after, and the same settings where the sets differ. */
export type AlikeHosts = Readonly<{
  standings: readonly Standing[]
  hasUserChannel: boolean
  platform: Platform
  osVersion: string | null
}>

/** True when the read models know all that the rules ask of such hosts: nothing is under way, nothing failed. */
export const isAtRest = ({ standings }: Pick<AlikeHosts, 'standings'>): boolean =>
  standings.every(({ operation, status }) => operation === 'install' && (status === 'verified' || status === 'verifying'))

/**
 * As `planOfHost`, for many hosts at once, from what the read models know. It may err where they do not know enough: what waits or failed, and
 * what variables stand for.
 */
export const planOfAlike = (
  alike: AlikeHosts,
  { before, after, declares }: Shift & Readonly<{ declares: boolean }>,
): HostPlan => {
  const { platform, osVersion } = alike
  const talks = declares && canDeclare({ platform, facts: osVersion === null ? {} : { osVersion } })
  const usual = talks ? declared(alike, before, before) : nothing
  const then = talks ? declared(alike, after, before) : nothing
  const profiles = withoutUsual(reconciled(alike, after), reconciled(alike, before))
  const declarations = withoutUsual(then, usual)
  return {
    ...profiles,
    install: [...profiles.install, ...declarations.install],
    remove: [...profiles.remove, ...declarations.remove],
  }
}

const nothing: HostPlan = { install: [], remove: [], refused: [] }

const reconciled = (
  { standings, hasUserChannel, platform, osVersion }: AlikeHosts,
  sets: readonly DesiredProfile[],
): HostPlan => {
  const desired = sets.filter(({ kind }) => kind !== 'declaration').map(({ variables: _, ...profile }) => profile)
  const current = Object.fromEntries(
    standings.filter(({ kind }) => kind === 'profile').map((one) => [one.profileId, asHeld(one)]),
  )
  const system = systemOf({ platform, facts: osVersion === null ? {} : { osVersion } })
  const decided = (has: HostProfiles) =>
    reconcile({ desired, current: has, hasUserChannel, enrolledAt: null, ...system, now: '' })
  const first = decided(current)
  const gone = new Set([...first.remove, ...first.forget].map(({ profileId }) => profileId))
  const later = Object.fromEntries(Object.entries(current).filter(([profileId]) => !gone.has(profileId)))
  const again = first.remove.length === 0 ? [] : decided(later).install
  return {
    install: [...new Map([...first.install, ...again].map(({ profile }) => [profile.profileId, settingOf(profile)])).values()],
    remove: first.remove.map(({ profileId, profile: { checksum } }) => ({ profileId, checksum })),
    refused: [],
  }
}

const asHeld = ({ identifier, checksum, scope, operation, status, secretsAt }: Standing): HostProfile => ({
  ...{ identifier, checksum, scope, operation, status, commandId: null, failures: status === 'failed' ? 1 : 0 },
  ...{ landed: status === 'verifying' || status === 'verified' || operation === 'remove', ignoreError: false, resend: false },
  ...(secretsAt !== null && { secretsAt }),
})

/** A declaration is another one when its own version or that of an asset is; hosts are taken to have it as the sets `were`. */
const declared = (
  { standings, hasUserChannel }: AlikeHosts,
  sets: readonly DesiredProfile[],
  were: readonly DesiredProfile[],
): HostPlan => {
  const has = new Map(standings.filter(({ kind }) => kind === 'declaration').map((one) => [one.profileId, one]))
  const given = (profileId: string): boolean => has.get(profileId)?.operation === 'install'
  const declarations = sets.filter(({ kind }) => kind === 'declaration')
  const wanted = declarations.filter(
    ({ mode, scope, profileId }) =>
      (mode === undefined || (mode === 'held' && given(profileId))) && (scope === 'System' || hasUserChannel),
  )
  const there = (all: readonly DesiredProfile[]) => all.filter(({ mode, profileId }) => mode === undefined || given(profileId))
  const isAsGiven = (one: DesiredProfile): boolean => {
    const was = were.find(({ profileId }) => profileId === one.profileId)
    const same = was === undefined || versionOf(was, there(were)) === versionOf(one, there(sets))
    return given(one.profileId) && has.get(one.profileId)?.checksum === one.checksum && same
  }
  // Under another id a host knows the same bytes already; what has another identifier's place needs no removal.
  const placeOf = ({ identifier, scope }: Pick<DesiredProfile, 'identifier' | 'scope'>) => `${scope} ${identifier}`
  const places = new Set(wanted.map(placeOf))
  const isHeldOtherwise = (one: DesiredProfile): boolean =>
    !given(one.profileId) &&
    [...has.values()].some(
      (other) =>
        other.operation === 'install' &&
        placeOf(other) === placeOf(one) &&
        versionAsHeld(other, were) === versionOf(one, there(sets)),
    )
  const versionAsHeld = ({ profileId }: Standing, sets: readonly DesiredProfile[]): string | null => {
    const was = sets.find((one) => one.profileId === profileId)
    return was === undefined ? null : versionOf(was, there(sets))
  }
  const stays = new Set([...wanted, ...declarations.filter(({ mode }) => mode === 'kept')].map(({ profileId }) => profileId))
  return {
    install: wanted.filter((one) => !isAsGiven(one) && !isHeldOtherwise(one)).map(settingOf),
    remove: [...has.values()]
      .filter((one) => given(one.profileId) && !stays.has(one.profileId) && !places.has(placeOf(one)))
      .map(settingOf),
    refused: [],
  }
}

const versionOf = ({ checksum, secretsAt, refersTo = [] }: DesiredProfile, sets: readonly DesiredProfile[]): string =>
  [
    `${checksum} ${secretsAt ?? ''}`,
    ...sets
      .filter(({ identifier, kind }) => kind === 'declaration' && refersTo.includes(identifier))
      .map((one) => `${one.identifier} ${one.checksum} ${one.secretsAt ?? ''}`)
      .sort(),
  ].join('\n')

const settingOf = ({ profileId, checksum }: PlannedSetting): PlannedSetting => ({ profileId, checksum })
