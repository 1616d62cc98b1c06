import type { PlatformFamily } from '../platforms.ts'
import type { Content } from '../../kernel/content.ts'

/** Whom a profile is for: the whole device, or a user of it. */
export type ProfileScope = 'System' | 'User'

/**
 * Which hosts of the team it is for, by label id: members of all of these, of any of these, of none of these; an empty list asks for nothing.
 */
export type Targets = Readonly<{
  includeAll: readonly string[]
  includeAny: readonly string[]
  excludeAny: readonly string[]
}>

export const everyHost: Targets = { includeAll: [], includeAny: [], excludeAny: [] }

/** What kind of settings it is; those of the family `windows` are SyncML whatever they are called. */
export type SettingsKind = 'profile' | 'declaration'

/** One version of a profile: what the edge found in the bytes, and the bytes. */
export type ProfileVersion = Readonly<{
  name: string
  identifier: string
  scope: ProfileScope
  /** MD5 of the bytes, lower-case hex: the change detector that scripts compare. */
  checksum: string
  /** In bytes, as uploaded. */
  size: number
  payloadTypes: readonly string[]
  content: Content
  /** The variables (without `$FLEET_VAR_`) that are filled in for each host; absent: none. */
  variables?: readonly string[]
  /** Identifiers of the assets that a declaration is made of; absent: none. */
  refersTo?: readonly string[]
  /** The secrets (without `$FLEET_SECRET_`) that are filled in on delivery; absent: none. */
  secrets?: readonly string[]
  /** Which value each secret had when this was uploaded; absent: none. */
  secretFingerprints?: Readonly<Record<string, string>>
}>

/**
 * The first major version of Apple's systems that heeds nothing in a profile of these payloads; 0: all heed something, or it is not known what is in
 * it. From 27 on, updates are enforced by declarations alone.
 */
export const endedFromOf = ({ payloadTypes }: Pick<ProfileVersion, 'payloadTypes'>): number =>
  payloadTypes.length > 0 && payloadTypes.every((type) => type === 'com.apple.SoftwareUpdate') ? 27 : 0

export type ProfileEvent =
  /** `kind` is absent for profiles, `targets` for settings of all hosts of the team. */
  | {
      type: 'ProfileUploaded'
      data: ProfileVersion & { teamId: string; family: PlatformFamily; kind?: SettingsKind; targets?: Targets }
    }
  | { type: 'ProfileEdited'; data: ProfileVersion }
  | { type: 'ProfileRetargeted'; data: { targets: Targets } }
  /** Secrets that it holds have another value now: the same content must be delivered again. */
  | { type: 'ProfileSecretsChanged'; data: { secrets: readonly string[]; fingerprints?: Readonly<Record<string, string>> } }
  | { type: 'ProfileDeleted'; data: { teamId: string; because: 'asked' | 'team-deleted' | 'replaced' } }
