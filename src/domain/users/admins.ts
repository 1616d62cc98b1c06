import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import { reject } from '../rejections.ts'
import type { AdminsEvent } from './events.ts'

export type AdminsCommand =
  /** After the user was made an admin by this grant. */
  | { type: 'ListAdmin'; data: { userId: string; grant: number } }
  /** Before the user stops being one. */
  | { type: 'ReleaseAdmin'; data: { userId: string; grant: number } }

/** What was last said of each. */
export type Admins = Readonly<Record<string, Readonly<{ grant: number; listed: boolean }>>>

/**
 * The admins who may be relied on. Whoever is listed is one: a user stops being an admin only with a release of the very grant. Two who take each
 * other's role at the same time meet here, and the second is told no. A request that dies between release and change leaves an admin unlisted;
 * asked again, it is finished.
 */
export const admins: Decider<AdminsCommand, AdminsEvent, Admins> = {
  category: 'admins',
  initial: {},

  decide: decideBy<AdminsCommand, AdminsEvent, Admins>({
    ListAdmin: ({ data }, now) => ((now[data.userId]?.grant ?? -1) >= data.grant ? [] : [{ type: 'AdminListed', data }]),
    ReleaseAdmin: ({ data }, now) => {
      const known = now[data.userId]
      if (known !== undefined && (known.grant > data.grant || (known.grant === data.grant && !known.listed))) return []
      const others = Object.entries(now).filter(([userId, { listed }]) => listed && userId !== data.userId)
      if (others.length === 0)
        return reject('last-admin', 'The last admin cannot be taken away; make another user an admin first.')
      return [{ type: 'AdminReleased', data }]
    },
  }),

  evolve: evolveBy<AdminsEvent, Admins>({
    AdminListed: (state, { data: { userId, grant } }) => ({ ...state, [userId]: { grant, listed: true } }),
    AdminReleased: (state, { data: { userId, grant } }) => ({ ...state, [userId]: { grant, listed: false } }),
  }),
}

/** The one stream of this kind. */
export const theAdmins = 'main'
