import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { PlatformFamily } from '../platforms.ts'
import type { ProfileEvent, ProfileVersion, SettingsKind, Targets } from './events.ts'
import { everyHost } from './events.ts'

export type ProfileCommand =
  | { type: 'UploadProfile'; data: OfType<ProfileEvent, 'ProfileUploaded'>['data'] }
  /** Without `targets` they stay as they are. */
  | { type: 'EditProfile'; data: ProfileVersion & { targets?: Targets } }
  /** Which value secrets have now, by name. */
  | { type: 'NoteSecretsChanged'; data: { fingerprints: Readonly<Record<string, string>> } }
  | { type: 'DeleteProfile'; data: { because: 'asked' | 'team-deleted' | 'replaced' } }

export type Profile =
  | Readonly<{ stage: 'absent' | 'deleted' }>
  | Readonly<{
      stage: 'present'
      teamId: string
      family: PlatformFamily
      kind: SettingsKind
      name: string
      identifier: string
      scope: ProfileVersion['scope']
      checksum: string
      /** By name; the empty text for a value that was never told. */
      secrets: Readonly<Record<string, string>>
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
    NoteSecretsChanged: ({ data: { fingerprints } }, now) => {
      if (now.stage !== 'present') return []
      const { secrets: known } = now
      const news = Object.entries(fingerprints).filter(([name, value]) => name in known && known[name] !== value)
      const secrets = news.map(([name]) => name)
      return news.length === 0
        ? []
        : [{ type: 'ProfileSecretsChanged', data: { secrets, fingerprints: Object.fromEntries(news) } }]
    },
    DeleteProfile: ({ data }, now) => {
      if (now.stage === 'absent') return reject('not-found', 'This profile does not exist.', 'profile_uuid')
      return now.stage === 'present' ? [{ type: 'ProfileDeleted', data: { ...data, teamId: now.teamId } }] : []
    },
  }),

  evolve: evolveBy<ProfileEvent, Profile>({
    ProfileUploaded: (
      _,
      { data: { teamId, family, kind = 'profile', name, identifier, scope, checksum, targets = everyHost, ...version } },
    ) => ({ stage: 'present', teamId, family, kind, name, identifier, scope, checksum, secrets: secretsIn(version), targets }),
    ProfileEdited: (state, { data: { name, checksum, ...version } }) =>
      state.stage === 'present' ? { ...state, name, checksum, secrets: secretsIn(version) } : state,
    ProfileRetargeted: (state, { data: { targets } }) => (state.stage === 'present' ? { ...state, targets } : state),
    ProfileSecretsChanged: (state, { data: { fingerprints = {} } }) =>
      state.stage === 'present' ? { ...state, secrets: { ...state.secrets, ...fingerprints } } : state,
    ProfileDeleted: () => ({ stage: 'deleted' }),
  }),
}

const secretsIn = ({
  secrets = [],
  secretFingerprints: known = {},
}: Pick<ProfileVersion, 'secrets' | 'secretFingerprints'>): Readonly<Record<string, string>> =>
  Object.fromEntries(secrets.map((name) => [name, known[name] ?? '']))

const isSameAs = (one: Targets, other: Targets): boolean =>
  (['includeAll', 'includeAny', 'excludeAny'] as const).every(
    (mode) => [...one[mode]].sort().join('\n') === [...other[mode]].sort().join('\n'),
  )
