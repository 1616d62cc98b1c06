import type { Answer } from '../commands/answer.ts'
import { detailOf } from '../commands/answer.ts'
import type { DeviceError } from '../commands/events.ts'
import type { HostProfileEvent } from './events.ts'
import type { HostProfile, HostProfiles } from './state.ts'

/** How often an installation is tried again after the device refused it. */
export const installRetries = 3

/** What an answered command means for the profile that it carried; nothing when another command has taken over since. */
export const profileConsequences = (answer: Answer, profiles: HostProfiles): readonly HostProfileEvent[] => {
  const carried = Object.entries(profiles).find(([, { commandId }]) => commandId === answer.commandId)
  if (carried === undefined) return []
  const [profileId, profile] = carried
  return [profile.operation === 'install' ? installed(profileId, profile, answer) : removed(profileId, profile, answer)]
}

/** A command that no host fetched or answered in time is decided anew; it counts as no failure of the profile. */
export const profileExpiry = (commandId: string, profiles: HostProfiles): readonly HostProfileEvent[] => {
  const carried = Object.entries(profiles).find(([, profile]) => profile.commandId === commandId)
  if (carried === undefined) return []
  const [profileId, { operation, checksum, failures }] = carried
  const detail = 'The host did not answer before the deadline of the command.'
  return operation === 'install'
    ? [{ type: 'ProfileInstallFailed', data: { profileId, checksum, attempt: failures, willRetry: true, detail } }]
    : [{ type: 'ProfileRemovalFailed', data: { profileId, detail } }]
}

/** The host did not answer when it was asked for its profiles: what it only acknowledged has failed, and an admin decides. */
export const neverConfirmed = (profiles: HostProfiles): readonly HostProfileEvent[] => {
  const detail = 'The host acknowledged the profile, but neither an agent nor the host itself confirmed it in time.'
  const missed = Object.entries(profiles)
    .filter(([, { operation, status }]) => operation === 'install' && status === 'verifying')
    .map(([profileId, { misses = 0 }]) => ({ profileId, was: 'verifying' as const, attempt: misses, willRetry: false, detail }))
  const data = { source: 'profile-list', seen: [], missed, appeared: [], gone: [] } as const
  return missed.length === 0 ? [] : [{ type: 'ProfilesObserved', data }]
}

const installed = (
  profileId: string,
  profile: HostProfile,
  { outcome, errors, platform, underWay }: Answer,
): HostProfileEvent => {
  const { checksum } = profile
  if (outcome === 'acknowledged') {
    const status = platform === 'darwin' || underWay ? 'verifying' : 'verified'
    return { type: 'ProfileInstalled', data: { profileId, checksum, status } }
  }
  const attempt = profile.failures + 1
  const willRetry = attempt <= installRetries
  return { type: 'ProfileInstallFailed', data: { profileId, checksum, attempt, willRetry, detail: detailOf(outcome, errors) } }
}

const removed = (profileId: string, profile: HostProfile, { outcome, errors }: Answer): HostProfileEvent => {
  if (outcome === 'acknowledged') return { type: 'ProfileRemoved', data: { profileId, because: 'removed' } }
  if (errors.some(saysNotThere)) return { type: 'ProfileRemoved', data: { profileId, because: 'was-not-there' } }
  if (profile.ignoreError) return { type: 'ProfileRemoved', data: { profileId, because: 'error-ignored' } }
  return { type: 'ProfileRemovalFailed', data: { profileId, detail: `Failed to remove: ${detailOf(outcome, errors)}` } }
}

/** macOS answers MDMClientError 89, iOS MCMDMErrorDomain 12075, when the profile to be removed is not installed. */
const saysNotThere = ({ domain, code }: DeviceError): boolean =>
  (domain === 'MDMClientError' && code === 89) || (domain === 'MCMDMErrorDomain' && code === 12075)
