import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { ProfileEvent, ProfileVersion, SettingsKind, Targets } from './events.ts'
import { everyHost } from './events.ts'

export type ProfileCommand =
  | { type: 'UploadProfile'; data: OfType<ProfileEvent, 'ProfileUploaded'>['data'] }
  /** Without `targets` they stay as they are. */
  | { type: 'EditProfile'; data: ProfileVersion & { targets?: Targets } }
  | { type: 'NoteSecretsChanged'; data: { secrets: readonly string[] } }
  | { type: 'DeleteProfile'; data: { because: 'asked' | 'team-deleted' | 'replaced' } }

export type Profile =
  | Readonly<{ stage: 'absent' | 'deleted' }>
  | Readonly<{
      stage: 'present'
      teamId: string
      kind: SettingsKind
      name: string
      identifier: string
      scope: ProfileVersion['scope']
      checksum: string
      secrets: readonly string[]
      targets: Targets
    }>

export const profile: Decider<ProfileCommand, ProfileEvent, Profile> = {
  category: 'profile',
  initial: { stage: 'absent' },

  decide: decideBy<ProfileCommand, ProfileEvent, Profile>({
    UploadProfile: ({ data }, now) => {
      if (now.stage === 'present') reject('already-exists', `The profile ${data.name} already exists.`, 'profile')
      return [{ type: 'ProfileUploaded', data }]
    },
    EditProfile: ({ data: { targets, ...version } }, now) => {
      if (now.stage !== 'present') return reject('not-found', 'This profile does not exist.', 'profile_uuid')
      if (version.identifier !== now.identifier)
        return reject(
          'already-exists',
          `The identifier must stay ${now.identifier}; upload another profile instead.`,
          'PayloadIdentifier',
        )
      if (version.scope !== now.scope)
        return reject('already-exists', `The scope must stay ${now.scope}; upload another profile instead.`, 'PayloadScope')
      const same = version.checksum === now.checksum && version.name === now.name
      const retargeted = targets !== undefined && !isSameAs(targets, now.targets)
      return [
        ...(retargeted ? [{ type: 'ProfileRetargeted', data: { targets } } as const] : []),
        ...(same ? [] : [{ type: 'ProfileEdited', data: version } as const]),
      ]
    },
    NoteSecretsChanged: ({ data: { secrets } }, now) => {
      const concerned = now.stage === 'present' ? secrets.filter((name) => now.secrets.includes(name)) : []
      return concerned.length === 0 ? [] : [{ type: 'ProfileSecretsChanged', data: { secrets: concerned } }]
    },
    DeleteProfile: ({ data }, now) => {
      if (now.stage === 'absent') return reject('not-found', 'This profile does not exist.', 'profile_uuid')
      return now.stage === 'present' ? [{ type: 'ProfileDeleted', data: { ...data, teamId: now.teamId } }] : []
    },
  }),

  evolve: evolveBy<ProfileEvent, Profile>({
    ProfileUploaded: (
      _,
      { data: { teamId, kind = 'profile', name, identifier, scope, checksum, secrets = [], targets = everyHost } },
    ) => ({ stage: 'present', teamId, kind, name, identifier, scope, checksum, secrets, targets }),
    ProfileEdited: (state, { data: { name, checksum, secrets = [] } }) =>
      state.stage === 'present' ? { ...state, name, checksum, secrets } : state,
    ProfileRetargeted: (state, { data: { targets } }) => (state.stage === 'present' ? { ...state, targets } : state),
    ProfileSecretsChanged: (state) => state,
    ProfileDeleted: () => ({ stage: 'deleted' }),
  }),
}

const isSameAs = (one: Targets, other: Targets): boolean =>
  (['includeAll', 'includeAny', 'excludeAny'] as const).every(
    (mode) => [...one[mode]].sort().join('\n') === [...other[mode]].sort().join('\n'),
  )
