import type { WorkTable } from '../../kernel/work.ts'
import type { UserEvent } from './events.ts'

/** A deleted user's e-mail address may be another's. */
export const work: WorkTable<UserEvent> = {
  UserDeleted: ({ id }) => [{ kind: 'release-names', key: `users/${id}` }],
}
