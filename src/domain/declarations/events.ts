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

/** How a declaration stands by what the host said of this very version, or of the same under another id. */
export type Told = Readonly<{ status: DeclarationState['status']; detail: string | null }>

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
  /** Why else the host cannot have it; absent: it can. */
  refused?: Readonly<{ because: 'no-user-channel' | 'no-declarations'; detail: string }>
  /** The host has this version already, so that nothing is sent; absent: it said nothing of it. */
  told?: Told
}>

export type DroppedBecause = 'no-longer-reported' | 'never-taken' | 'replaced' | 'no-user-channel' | 'never-given'

export type DeclarationEvent =
  /** What the host is to have, and what no longer, since its team's settings changed. */
  | { type: 'DeclarationsAssigned'; data: { assigned: readonly AssignedDeclaration[]; withdrawn: readonly string[] } }
  /** The host was told that its declarations have this token now; `channel` is absent for the device. */
  | { type: 'DeclarationsAnnounced'; data: { token: string; commandId: string; channel?: Channel } }
  /**
   * It heard that there is news, and fetches these. `gone` are identifiers: what it said of earlier versions, which it lets go now, is no longer
   * so; absent: none. `channel` is absent for the device.
   */
  | { type: 'DeclarationsTaken'; data: { profileIds: readonly string[]; gone?: readonly string[]; channel?: Channel } }
  /**
   * What changed since the channel (absent: the device's) last spoke of them. `gone` are those that it no longer has, `lost` those of its team
   * that it had in the version that it should have, and has so no more; absent: none.
   */
  | {
      type: 'DeclarationsReported'
      data: {
        changed: readonly DeclarationState[]
        gone: readonly string[]
        lost?: readonly string[]
        channel?: Channel
      }
    }
  /** The host does not have them any more, or never will say that it has; `replaced`: another one has their identifier now. */
  | { type: 'DeclarationsDropped'; data: { profileIds: readonly string[]; because: DroppedBecause } }
  /** An admin wants it to be delivered once more. */
  | { type: 'DeclarationResendAsked'; data: { profileId: string } }
  /** It took the declarations and did not say in time that they are in force, or never took them. */
  | { type: 'DeclarationsUnreported'; data: { profileIds: readonly string[]; detail: string } }
  /** Status items by their names, those that changed. */
  | { type: 'StatusReported'; data: { items: Readonly<Record<string, string | number | boolean>> } }
