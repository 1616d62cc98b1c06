import type { ProfileScope } from '../profiles/events.ts'
import type { SealedContent } from '../../kernel/content.ts'

/**
 * The menu of what may be asked of a host, in no platform's words. Each platform's edge turns it into wire types in one table, or says that
 * it cannot. Bytes travel by reference: a profile by its checksum, an admin's own payload sealed.
 */
export type Request =
  | Readonly<{ kind: 'install-profile'; profileId: string; identifier: string; checksum: string; scope: ProfileScope }>
  | Readonly<{ kind: 'remove-profile'; profileId: string | null; identifier: string; ignoreError: boolean }>
  | Readonly<{ kind: 'list-profiles' }>
  | Readonly<{ kind: 'describe-device'; queries: readonly string[] }>
  | Readonly<{ kind: 'raw'; requestType: string; payload: SealedContent }>
