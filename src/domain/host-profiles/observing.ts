import type { HostProfileEvent, MissedProfile } from './events.ts'
import type { DesiredProfile, HostProfile, HostProfiles } from './state.ts'

/** One profile in a list from the host. `installedAt` is ISO 8601; null where the list does not tell. */
export type ListedProfile = Readonly<{ identifier: string; name: string | null; installedAt: string | null }>

/** A whole list, and what it is held against: `desired` is the set of the host's cohort. */
export type Observation = Readonly<{
  source: 'agent' | 'profile-list'
  /** Whose profiles were listed. */
  scope: 'System' | 'User' | 'both'
  profiles: readonly ListedProfile[]
  desired: readonly DesiredProfile[]
  /** When the host last told such a list, ISO 8601; null: never, or it does not matter because the list was asked for after an installation. */
  previousReportAt: string | null
  /** Identifiers that are no drift: the enrollment profile. */
  expected: readonly string[]
}>

/** How often a profile that was acknowledged and is not there is sent again. */
export const missesAllowed = 3

/** A host may take so long to show what it acknowledged, ms. */
const graceMs = 60 * 60 * 1000

/**
 * Holds a list against what the host should have. A profile is there when it was installed no earlier than its content was uploaded. One that
 * is not is missed only when the report before this one was already past the hour of grace. An empty list means that it could not be read.
 */
export const observe = (
  observation: Observation,
  current: HostProfiles,
  unexpected: ReadonlySet<string>,
): readonly HostProfileEvent[] => {
  const { source, scope, profiles, desired, expected } = observation
  if (profiles.length === 0) return []
  const listed = new Map(profiles.map((profile) => [profile.identifier, profile]))
  const since = new Map(desired.map((profile) => [`${profile.profileId}/${profile.checksum}`, profile.since ?? null]))
  const looked = Object.entries(current)
    .filter(([, has]) => has.operation === 'install' && (scope === 'both' || has.scope === scope))
    .map(([profileId, has]) => ({ profileId, has, since: since.get(`${profileId}/${has.checksum}`) ?? null }))
  const seen = looked.filter(({ has, since }) => isSeen(has, listed.get(has.identifier), since))
  const missed = looked
    .filter((one) => !seen.includes(one))
    .flatMap(({ profileId, has, since }) =>
      isMissed(has, since, observation, listed.get(has.identifier)) ? [miss(profileId, has)] : [],
    )
  const managed = new Set([...Object.values(current).map(({ identifier }) => identifier), ...expected])
  const strange = profiles.filter(({ identifier }) => !managed.has(identifier)).slice(0, mostUnexpected)
  const data = {
    source,
    seen: seen.filter(({ has }) => has.status !== 'verified').map(({ profileId }) => profileId),
    missed,
    appeared: strange
      .filter(({ identifier }) => !unexpected.has(identifier))
      .map(({ identifier, name }) => ({ identifier, name })),
    gone: [...unexpected].filter((identifier) => !strange.some((one) => one.identifier === identifier)),
  }
  const isNews = [data.seen, data.missed, data.appeared, data.gone].some((list) => list.length > 0)
  return isNews ? [{ type: 'ProfilesObserved', data }] : []
}

/** The host's profiles after an observation. */
export const observed = (
  state: HostProfiles,
  { data }: Extract<HostProfileEvent, { type: 'ProfilesObserved' }>,
): HostProfiles => {
  const seen = new Set(data.seen)
  const missed = new Map(data.missed.map((one) => [one.profileId, one]))
  return Object.fromEntries(
    Object.entries(state).map(([profileId, has]): readonly [string, HostProfile] => {
      const miss = missed.get(profileId)
      if (seen.has(profileId)) return [profileId, { ...has, status: 'verified', landed: true, misses: 0 }]
      if (miss === undefined) return [profileId, has]
      return [profileId, { ...has, status: miss.willRetry ? 'waiting' : 'failed', misses: miss.attempt, commandId: null }]
    }),
  )
}

const mostUnexpected = 200

type Looked = Readonly<{ identifier: string; installedAt: string | null }>

/** A list without dates says nothing of a profile that is just being replaced. */
const isSeen = (has: HostProfile, listed: Looked | undefined, since: string | null): boolean => {
  if (listed === undefined || has.status === 'waiting') return false
  if (listed.installedAt === null) return has.status === 'verifying' || has.status === 'verified'
  return since === null || Date.parse(listed.installedAt) >= Date.parse(since)
}

const isMissed = (
  { status, overridden }: HostProfile,
  since: string | null,
  { source, previousReportAt }: Observation,
  listed: Looked | undefined,
): boolean => {
  if (status !== 'verifying' && status !== 'verified' && overridden === undefined) return false
  if (source === 'profile-list') return listed === undefined
  if (previousReportAt === null) return false
  return since === null || Date.parse(previousReportAt) >= Date.parse(since) + graceMs
}

const miss = (profileId: string, { status, overridden, misses = 0 }: HostProfile): MissedProfile => {
  const was = status === 'verified' || overridden !== undefined ? 'verified' : 'verifying'
  const willRetry = misses < missesAllowed
  const detail =
    was === 'verified'
      ? 'The profile was seen on the host before, and is missing now.'
      : 'The host acknowledged the profile, but it was never seen on it.'
  return { profileId, was, attempt: willRetry ? misses + 1 : misses, willRetry, detail }
}
