import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { PlatformFamily } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { ProfileEvent, ProfileScope, ProfileVersion } from './events.ts'

export type ProfileCommand =
  | { type: 'UploadProfile'; data: ProfileVersion & { teamId: string; family: PlatformFamily } }
  | { type: 'EditProfile'; data: ProfileVersion }
  | { type: 'DeleteProfile'; data: { because: 'asked' | 'team-deleted' } }

export type Profile =
  | Readonly<{ stage: 'absent' | 'deleted' }>
  | Readonly<{ stage: 'present'; teamId: string; name: string; identifier: string; scope: ProfileScope; checksum: string }>

export const profile: Decider<ProfileCommand, ProfileEvent, Profile> = {
  category: 'profile',
  initial: { stage: 'absent' },

  decide: decideBy<ProfileCommand, ProfileEvent, Profile>({
    UploadProfile: ({ data }, now) => {
      if (now.stage === 'present') reject('already-exists', `The profile ${data.name} already exists.`, 'profile')
      return [{ type: 'ProfileUploaded', data }]
    },
    EditProfile: ({ data }, now) => {
      if (now.stage !== 'present') return reject('not-found', 'This profile does not exist.', 'profile_uuid')
      if (data.identifier !== now.identifier)
        return reject(
          'already-exists',
          `The identifier must stay ${now.identifier}; upload another profile instead.`,
          'PayloadIdentifier',
        )
      if (data.scope !== now.scope)
        return reject('already-exists', `The scope must stay ${now.scope}; upload another profile instead.`, 'PayloadScope')
      return data.checksum === now.checksum && data.name === now.name ? [] : [{ type: 'ProfileEdited', data }]
    },
    DeleteProfile: ({ data }, now) => {
      if (now.stage === 'absent') return reject('not-found', 'This profile does not exist.', 'profile_uuid')
      return now.stage === 'present' ? [{ type: 'ProfileDeleted', data: { ...data, teamId: now.teamId } }] : []
    },
  }),

  evolve: evolveBy<ProfileEvent, Profile>({
    ProfileUploaded: (_, { data: { teamId, name, identifier, scope, checksum } }) => ({
      stage: 'present',
      teamId,
      name,
      identifier,
      scope,
      checksum,
    }),
    ProfileEdited: (state, { data: { name, checksum } }) => (state.stage === 'present' ? { ...state, name, checksum } : state),
    ProfileDeleted: () => ({ stage: 'deleted' }),
  }),
}
