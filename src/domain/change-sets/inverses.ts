import type { LabelDefinition, LabelKind } from '../labels/events.ts'
import type { OfType } from '../../kernel/event.ts'
import type { ProfileEvent, ProfileVersion, Targets } from '../profiles/events.ts'

export type UploadedProfile = OfType<ProfileEvent, 'ProfileUploaded'>['data']

/** What makes a thing again what it was, in the words of its own rules. */
export type Inverse =
  | Readonly<{ deed: 'restore-team'; id: string; name: string; description: string }>
  | Readonly<{ deed: 'rename-team'; id: string; name: string; description: string }>
  | Readonly<{ deed: 'delete-team'; id: string; name: string }>
  | Readonly<{
      deed: 'restore-label'
      id: string
      name: string
      label: LabelDefinition & { kind: LabelKind }
      listed: readonly string[]
    }>
  | Readonly<{ deed: 'edit-label'; id: string; name: string; definition: LabelDefinition }>
  | Readonly<{ deed: 'list-hosts'; id: string; name: string; join: readonly string[]; leave: readonly string[] }>
  | Readonly<{ deed: 'delete-label'; id: string; name: string }>
  | Readonly<{ deed: 'delete-profile'; id: string; name: string; teamId: string }>
  | Readonly<{ deed: 'edit-profile'; id: string; name: string; version: ProfileVersion; targets: Targets }>
  | Readonly<{ deed: 'upload-profile'; id: string; name: string; profile: UploadedProfile }>
  | Readonly<{ deed: 'move-hosts'; from: string; to: string; hostIds: readonly string[] }>
  | Readonly<{ deed: 'cancel-command'; hostId: string; commandId: string; kind: string }>

/**
 * The order in which inverses are done: first what others rest on, then settings (names are given back before they are taken), then hosts, so that
 * a host never comes to a team that is not whole again; last what nothing rests on any more.
 */
const order: readonly Inverse['deed'][] = [
  'cancel-command',
  'restore-team',
  'rename-team',
  'restore-label',
  'edit-label',
  'list-hosts',
  'delete-profile',
  'edit-profile',
  'upload-profile',
  'move-hosts',
  'delete-label',
  'delete-team',
]

export const inOrder = (inverses: readonly Inverse[]): readonly Inverse[] =>
  inverses.toSorted((one, other) => order.indexOf(one.deed) - order.indexOf(other.deed))
