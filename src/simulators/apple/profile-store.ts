import type { PlistDict } from '../../protocols/plist/value.ts'
import type { Model } from './facts.ts'
import type { Profile } from './profile.ts'

export type InstalledProfile = Readonly<{
  identifier: string
  uuid: string
  displayName: string
  /** Hex, of the bytes as they were delivered. */
  sha256: string
}>

/** The profiles of one device: those that the server manages, and the enrollment profile itself. */
export type ProfileStore = Readonly<{
  /** Puts a profile in the place of the one with its identifier, or beside the others. */
  install: (profile: Profile) => void
  /** Answers false when there is no such profile. */
  remove: (identifier: string) => boolean
  clear: () => void
  list: () => readonly InstalledProfile[]
  /** As `ProfileList` reports them. */
  report: (enrollment: Profile | null, model: Model) => readonly PlistDict[]
}>

export const profileStore = (): ProfileStore => {
  const profiles = new Map<string, Profile>()
  return {
    install: (profile) => {
      profiles.set(profile.identifier, profile)
    },
    remove: (identifier) => profiles.delete(identifier),
    clear: () => {
      profiles.clear()
    },
    list: () =>
      [...profiles.values()].map(({ identifier, uuid, displayName, sha256 }) => ({ identifier, uuid, displayName, sha256 })),
    report: (enrollment, model) => [
      ...(enrollment === null ? [] : [reportOf(enrollment, model, false)]),
      ...[...profiles.values()].map((profile) => reportOf(profile, model, true)),
    ],
  }
}

/** Macs do not say which profiles are managed. */
const reportOf = ({ content, payloads, ...profile }: Profile, model: Model, managed: boolean): PlistDict => ({
  PayloadIdentifier: profile.identifier,
  PayloadUUID: profile.uuid,
  PayloadDisplayName: profile.displayName,
  PayloadVersion: 1,
  HasRemovalPasscode: false,
  IsEncrypted: false,
  ...(model === 'iphone' ? { IsManaged: managed } : {}),
  ...copied(content, ['PayloadOrganization', 'PayloadDescription', 'PayloadRemovalDisallowed']),
  PayloadContent: payloads.map((payload) =>
    copied(payload, ['PayloadType', 'PayloadIdentifier', 'PayloadUUID', 'PayloadVersion', 'PayloadDisplayName']),
  ),
})

const copied = (from: PlistDict, keys: readonly string[]): PlistDict =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value = from[key]
      return value === undefined ? [] : [[key, value]]
    }),
  )
