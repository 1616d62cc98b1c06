import { randomUUID } from 'node:crypto'
import type { App } from '../../../app/app.ts'
import type { Executed } from '../../../app/execute.ts'
import { server, theServer } from '../../../domain/server/server.ts'
import { admins, theAdmins } from '../../../domain/users/admins.ts'
import type { UserEvent } from '../../../domain/users/events.ts'
import { faultOfPassword } from '../../../domain/users/passwords.ts'
import type { Rights } from '../../../domain/users/rights.ts'
import type { User, UserCommand } from '../../../domain/users/user.ts'
import { isActingAdmin, user } from '../../../domain/users/user.ts'
import type { Cause } from '../../../kernel/event.ts'
import { derivedNumber } from '../../../kernel/ids.ts'
import { actorNames } from '../doors/actor-names.ts'
import { comparableEmail } from '../../../projections/users.ts'
import { refuse } from '../../errors.ts'
import type { Passwords } from '../../passwords.ts'

type Done = Executed<UserEvent, User>

/** `password` null: the user signs in at the identity provider. */
export type NewUser = Readonly<{ name: string; email: string; rights: Rights; password: string | null }>

/** What is done to users, each with the steps that it takes in other streams. Refuses and rejects as the admin API answers it. */
export type UserChanges = Readonly<{
  create: (
    wish: NewUser & Readonly<{ because: 'asked' | 'signed-in' }>,
    cause: Cause,
  ) => Promise<Done & Readonly<{ userId: string }>>
  rename: (userId: string, name: string, cause: Cause) => Promise<Done>
  changeRights: (userId: string, rights: Rights, cause: Cause) => Promise<Done>
  changePassword: (userId: string, password: string, because: 'own' | 'reset', cause: Cause) => Promise<Done>
  enableSso: (userId: string, cause: Cause) => Promise<Done>
  disable: (userId: string, cause: Cause) => Promise<Done>
  enable: (userId: string, cause: Cause) => Promise<Done>
  remove: (userId: string, cause: Cause) => Promise<Done>
}>

export const passwordContext = 'password'

/** The vault's owner of what is a user's own. */
export const vaultOwnerOf = (userId: string): string => `user-${userId}`

export const userChanges = (app: Pick<App, 'execute' | 'load' | 'vault'>, passwords: Passwords): UserChanges => {
  const { execute, load, vault } = app

  const { claim, release } = actorNames(app)

  const sealed = async (userId: string, password: string) =>
    vault.seal(vaultOwnerOf(userId), passwordContext, Buffer.from(await passwords.hash(password)))

  const existing = async (userId: string): Promise<User> => {
    const { state } = await load(user, userId)
    return state.stage === 'active' || state.stage === 'disabled'
      ? state
      : refuse(404, 'id', `The user ${userId} does not exist.`)
  }

  /** For what may end an admin: the list lets go of the user first, or says that nobody would be left. */
  const released = async (userId: string, cause: Cause): Promise<number | null> => {
    const now = await existing(userId)
    if (!isActingAdmin(now)) return null
    await execute(admins, theAdmins, { type: 'ReleaseAdmin', data: { userId, grant: now.grant } }, cause)
    return now.grant
  }

  /** After what may have made an admin. */
  const listed = async <T extends Done>(userId: string, done: T, cause: Cause): Promise<T> => {
    const { state } = done
    if (isActingAdmin(state)) await execute(admins, theAdmins, { type: 'ListAdmin', data: { userId, grant: state.grant } }, cause)
    return done
  }

  const change = (userId: string, command: UserCommand, cause: Cause): Promise<Done> => execute(user, userId, command, cause)

  return {
    create: async ({ name, email, rights, password, because }, cause) => {
      const { state } = await load(server, theServer)
      // Events name their actor: a token and a user of one name could not be told apart.
      if (Object.values(state.tokens).some((token) => comparableEmail(token.name) === comparableEmail(email)))
        refuse(409, 'email', `An API token is named ${email}.`)
      const userId = derivedNumber(`user/${randomUUID()}`)
      if (password !== null) mustDo(password, { name, email }, 'password')
      await claim(userId, email, cause)
      const hash = password === null ? null : await sealed(userId, password)
      const data = { name, email, rights, ssoEnabled: password === null, password: hash, because }
      const done = await change(userId, { type: 'CreateUser', data }, cause)
      return { ...(await listed(userId, done, cause)), userId }
    },

    rename: (userId, name, cause) => change(userId, { type: 'RenameUser', data: { name } }, cause),

    changeRights: async (userId, rights, cause) => {
      const command = { type: 'ChangeUserRights', data: { rights, released: null } } as const
      const leaves = rights.globalRole !== 'admin'
      const data = leaves ? { rights, released: await released(userId, cause) } : command.data
      return listed(userId, await change(userId, { ...command, data }, cause), cause)
    },

    changePassword: async (userId, password, because, cause) => {
      mustDo(password, await existing(userId), because === 'own' ? 'new_password' : 'password')
      const hash = await sealed(userId, password)
      return change(userId, { type: 'ChangeUserPassword', data: { password: hash, because } }, cause)
    },

    enableSso: (userId, cause) => change(userId, { type: 'EnableUserSso', data: {} }, cause),

    disable: async (userId, cause) => {
      const data = { released: await released(userId, cause) }
      return change(userId, { type: 'DisableUser', data }, cause)
    },

    enable: async (userId, cause) => listed(userId, await change(userId, { type: 'EnableUser', data: {} }, cause), cause),

    remove: async (userId, cause) => {
      const data = { released: await released(userId, cause) }
      const done = await change(userId, { type: 'DeleteUser', data }, cause)
      await release(userId, cause)
      // Nobody comes back under a number that was deleted.
      await vault.destroy(vaultOwnerOf(userId), 1)
      return done
    },
  }
}

const mustDo = (password: string, who: Readonly<{ name: string; email: string }>, field: string): void => {
  const fault = faultOfPassword(password, who)
  if (fault !== null) refuse(422, field, fault)
}
