import type { Channel } from '../platforms.ts'
import type { ProfileScope } from '../profiles/events.ts'

/** What a host says of one declaration; `token` is that of the version that it speaks of. */
export type DeclarationState = Readonly<{
  identifier: string
  token: string
  status: 'verified' | 'verifying' | 'failed'
  detail: string | null
  /** The declaration of its team that this is, in the version that it is to have; absent for others. */
  profileId?: string
}>

/** A declaration as one host gets it: `token` changes with its content, its secrets and what its variables stand for. */
export type AssignedDeclaration = Readonly<{
  profileId: string
  identifier: string
  checksum: string
  token: string
  scope: ProfileScope
  channel: Channel
  /** How often it was sent anew because somebody asked; absent: never. */
  resends?: number
  /** A variable that stands for nothing on this host, so that it cannot have the declaration. */
  missing?: string
}>

export type DeclarationEvent =
  /** What the host is to have, and what no longer, since its team's settings changed. */
  | { type: 'DeclarationsAssigned'; data: { assigned: readonly AssignedDeclaration[]; withdrawn: readonly string[] } }
  /** The host was told that its declarations have this token now; `channel` is absent for the device. */
  | { type: 'DeclarationsAnnounced'; data: { token: string; commandId: string; channel?: Channel } }
  /** It heard that there is news, and fetches these. */
  | { type: 'DeclarationsTaken'; data: { profileIds: readonly string[] } }
  /** What changed since it last spoke of them. `gone` are those that it no longer has. */
  | { type: 'DeclarationsReported'; data: { changed: readonly DeclarationState[]; gone: readonly string[] } }
  /** The host does not have them any more, or never will say that it has. */
  | { type: 'DeclarationsDropped'; data: { profileIds: readonly string[]; because: 'no-longer-reported' | 'never-taken' } }
  /** An admin wants it to be delivered once more. */
  | { type: 'DeclarationResendAsked'; data: { profileId: string } }
  /** It took the declarations and said nothing of them in time. */
  | { type: 'DeclarationsUnreported'; data: { profileIds: readonly string[]; detail: string } }
  /** Status items by their names, those that changed. */
  | { type: 'StatusReported'; data: { items: Readonly<Record<string, string | number | boolean>> } }
