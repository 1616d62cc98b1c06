import type { Enrollment } from '../enrollment/state.ts'
import type { Channel, Platform } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'

/** What a command asks of the host that it is for; absent: nothing of the kind. */
export type Needs = Readonly<{
  /** What the command is called, for sentences. */
  name: string
  /** The platforms that have it. */
  platforms?: readonly Platform[]
  /** The platforms on which the host must be supervised. */
  supervised?: readonly Platform[]
  /** The platforms on which it goes to a user alone. */
  userOnly?: readonly Platform[]
  /** The first major version of the system that does not take it any more. */
  until?: number
  /** What to do instead, as a sentence, where `until` is told. */
  instead?: string
}>

/**
 * Why a host can only refuse a command, as a sentence; null: as far as is known it may take it. What the host has not told yet stands in no
 * command's way.
 */
export const shortfallOf = (
  needs: Needs,
  { enrollment, channel }: Readonly<{ enrollment: Enrollment; channel: Channel }>,
): string | null => {
  const { name, platforms, supervised, userOnly, until, instead = '' } = needs
  const { platform, facts } = enrollment
  if (platforms?.includes(platform) === false) return `The command ${name} does not exist on ${systems[platform]}.`
  if (supervised?.includes(platform) === true && facts.supervised === 'no')
    return `This host is not supervised; on ${systems[platform]} only a supervised one takes ${name}.`
  if (userOnly?.includes(platform) === true && channel === deviceChannel)
    return `On ${systems[platform]} ${name} goes to a user, not to the device; send it to the enrollment id of a user.`
  if (until !== undefined && isBeyond(enrollment, until))
    return `The command ${name} is not taken by ${systems[platform]} ${facts.osVersion ?? ''} any more. ${instead}`.trim()
  return null
}

/** Rejects what the host can only refuse. */
export const mustBeTaken = (needs: Needs, to: Readonly<{ enrollment: Enrollment; channel: Channel }>): void => {
  const shortfall = shortfallOf(needs, to)
  if (shortfall !== null) reject('not-supported', shortfall)
}

/** Whether the host's system is known to be of this major version or a later one. */
export const isBeyond = ({ platform, facts }: Pick<Enrollment, 'platform' | 'facts'>, until: number): boolean =>
  platform !== 'windows' && platform !== 'linux' && Number.parseInt(facts.osVersion ?? '', 10) >= until

/** What people call the systems. */
export const systems: Readonly<Record<Platform, string>> = {
  ...{ darwin: 'macOS', ios: 'iOS', ipados: 'iPadOS', windows: 'Windows', linux: 'Linux' },
}
