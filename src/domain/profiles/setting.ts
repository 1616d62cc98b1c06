import type { Recorded } from '../../kernel/event.ts'
import type { PlatformFamily } from '../platforms.ts'
import type { ProfileEvent, ProfileScope, ProfileVersion, SettingsKind, Targets } from './events.ts'
import { everyHost } from './events.ts'

/** A setting as its stream defines it, without its bytes. Times are ISO 8601. */
export type Setting = Readonly<{
  profileId: string
  teamId: string
  family: PlatformFamily
  kind: SettingsKind
  name: string
  identifier: string
  scope: ProfileScope
  checksum: string
  targets: Targets
  createdAt: string
  /** When this content was uploaded. */
  since: string
  /** When secrets in it last changed; null: never. */
  secretsAt: string | null
}>

/** The definition of a setting from its stream, event by event; null while it is not there. */
export const setting = {
  category: 'profile',
  initial: null as Setting | null,
  evolve: (was: Setting | null, event: Recorded<ProfileEvent>): Setting | null => {
    if (event.type === 'ProfileUploaded') {
      const { teamId, family, kind = 'profile', targets = everyHost } = event.data
      const home = { profileId: event.id, teamId, family, kind, targets, createdAt: event.at, secretsAt: null }
      return { ...home, ...contentOf(event.data), since: event.at }
    }
    if (was === null || event.type === 'ProfileDeleted') return null
    if (event.type === 'ProfileEdited') return { ...was, ...contentOf(event.data), since: event.at }
    if (event.type === 'ProfileRetargeted') return { ...was, targets: event.data.targets }
    return event.type === 'ProfileSecretsChanged' ? { ...was, secretsAt: event.at } : was
  },
}

const contentOf = ({ name, identifier, scope, checksum }: ProfileVersion) => ({ name, identifier, scope, checksum })
