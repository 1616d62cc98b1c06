import type { HoldReason } from '../../domain/commands/events.ts'
import { isUsers } from '../../protocols/windows/profile-scope.ts'
import type { Session } from './sessions.ts'

type Said = Pick<Session, 'signedIn' | 'syncType'>

/**
 * Why what is about these nodes stays behind in this session; null: it may go. Windows refuses a user's nodes with 405 while that user is not signed
 * in, and in a session that it began for one side all nodes of the other.
 * https://learn.microsoft.com/windows/client-management/mdm/configuration-service-provider-support
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/83f89457-9f9d-442d-8bdb-e6a41cdb906b
 */
export const holdOf = (locUris: readonly string[], session: Said): HoldReason | null => {
  const forUser = locUris.some(isUsers)
  if (forUser && session.syncType === 'device') return 'device-session'
  if (forUser && !hasUser(session)) return 'no-user'
  return session.syncType === 'user' && locUris.some((locUri) => !isUsers(locUri)) ? 'user-session' : null
}

/** Whether its user is there: as the device said, or because the session is for that user. */
const hasUser = ({ signedIn, syncType }: Said): boolean => signedIn === 'user' || (signedIn === null && syncType === 'user')
