import type { PlatformFamily } from '../platforms.ts'
import type { Content } from '../../kernel/content.ts'

/** Whom a profile is for: the whole device, or a user of it. */
export type ProfileScope = 'System' | 'User'

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
}>

export type ProfileEvent =
  | { type: 'ProfileUploaded'; data: ProfileVersion & { teamId: string; family: PlatformFamily } }
  | { type: 'ProfileEdited'; data: ProfileVersion }
  | { type: 'ProfileDeleted'; data: { teamId: string; because: 'asked' | 'team-deleted' } }
