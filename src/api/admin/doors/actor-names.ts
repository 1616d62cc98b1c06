import type { App } from '../../../app/app.ts'
import { names } from '../../../domain/names/names.ts'
import type { Cause } from '../../../kernel/event.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import { comparableEmail } from '../../../projections/users.ts'
import { refuse } from '../../errors.ts'

/** The scope in which the names of those who use the admin API are unique: users' e-mail addresses and tokens' names. */
const scope = 'users'

/** Events name their actor: a token and a user, or two of either, of one name could not be told apart. */
export type ActorNames = Readonly<{
  /** Before the holder (a user's id, a token's hash) comes to be. Refuses with 409 a name that another has. */
  claim: (holder: string, name: string, cause: Cause) => Promise<void>
  /** Once the holder is gone, or did not come to be. */
  release: (holder: string, cause: Cause) => Promise<void>
}>

export const actorNames = ({ execute }: Pick<App, 'execute'>): ActorNames => ({
  claim: async (holder, name, cause) => {
    const command = { type: 'ClaimNames', data: { holder, names: [comparableEmail(name)] } } as const
    try {
      await execute(names, scope, command, cause)
    } catch (error) {
      if (!(error instanceof Rejection) || error.code !== 'name-taken') throw error
      if (isTokenHash(holder)) refuse(409, 'name', `A user or an API token named ${name} already exists.`)
      refuse(409, 'email', `A user with the e-mail address ${name} already exists.`)
    }
  },
  release: async (holder, cause) => {
    await execute(names, scope, { type: 'ReleaseNames', data: { holder } }, cause)
  },
})

const isTokenHash = (holder: string): boolean => /^[0-9a-f]{64}$/.test(holder)
