import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { faultOfPassword } from '../../../domain/users/passwords.ts'
import type { Rights } from '../../../domain/users/rights.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import type { UserRow } from '../../../projections/users.ts'
import { comparableEmail, userById, usersPage } from '../../../projections/users.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, numberId, numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../deps.ts'
import { teamMustExist } from '../doors/team-checks.ts'
import type { UserChanges } from './user-changes.ts'
import { teamNames, userJson } from './user-presentation.ts'
import type { UserSessions } from '../sign-in/user-sessions.ts'

const role = z.enum(['admin', 'maintainer', 'observer', 'gitops'])

const name = z.string().trim().min(1, 'A user needs a name.').max(255)

const email = z
  .string()
  .trim()
  .max(255)
  .regex(/^[^\s@]+@[^\s@]+$/, 'An e-mail address has the form name@domain.')

/** Its rules are told by sentences of their own. */
const password = z.string().max(1024)

const rightsFields = {
  global_role: role.nullish(),
  teams: z
    .array(z.object({ id: numberId, role }))
    .max(1000)
    .nullish(),
}

export const creation = z.object({
  name,
  email,
  password: password.nullish(),
  sso_enabled: z.boolean().default(false),
  ...rightsFields,
})

export const change = z.object({
  name: name.optional(),
  email: email.optional(),
  password: password.optional(),
  sso_enabled: z.boolean().optional(),
  disabled: z.boolean().optional(),
  ...rightsFields,
})

export const listQuery = z.object({
  ...paging(100, 1000),
  query: z.string().trim().max(255).optional(),
  team_id: numberText.optional(),
})

type UserRoutes = Pick<Handlers, 'GET /users' | 'POST /users' | 'GET /users/:id' | 'PATCH /users/:id' | 'DELETE /users/:id'>

/** People who use the API and the console. */
export const userRoutes = (app: App, changes: UserChanges, sessions: UserSessions): UserRoutes => {
  const existing = async (userId: string): Promise<UserRow> => {
    const [row] = await app.read(userById(userId))
    return row ?? refuse(404, 'id', `The user ${userId} does not exist.`)
  }

  const shown = async (userId: string) => ({ user: userJson(await existing(userId), await teamNames(app)) })

  /** Null when nothing is told of rights. */
  const rightsIn = async ({ global_role, teams }: Told): Promise<Rights | null> => {
    if (isAbsent(global_role) && isAbsent(teams)) return null
    const list = teams ?? []
    if (!isAbsent(global_role) && list.length > 0) refuse(422, 'teams', 'A user has a global_role, or roles in teams; not both.')
    if (isAbsent(global_role) && list.length === 0) refuse(422, 'global_role', 'A user needs a global_role, or a role in a team.')
    if (new Set(list.map(({ id }) => id)).size < list.length) refuse(422, 'teams', 'A user has one role in a team.')
    for (const { id } of list) {
      if (id === noTeam) refuse(422, 'teams', 'Hosts in no team are reached by a global_role alone.')
      await teamMustExist(app, id)
    }
    return { globalRole: global_role ?? null, teams: list }
  }

  return {
    'GET /users': async (request, response) => {
      const { query, team_id, ...page } = queryOf(listQuery, request)
      const { limit, offset } = windowOf(page)
      const filter = { text: query === undefined || query === '' ? null : query, teamId: team_id ?? null }
      const { rows, meta } = pageOf(await app.read(usersPage(filter, limit, offset)), page)
      const teams = await teamNames(app)
      response.json({ users: rows.map((row) => userJson(row, teams)), meta })
    },

    'POST /users': async (request, response, { cause }) => {
      const wish = bodyOf(creation, request)
      const rights = await rightsIn(wish)
      if (rights === null) return refuse(422, 'global_role', 'A user needs a global_role, or a role in a team.')
      const told = wish.password ?? null
      if (wish.sso_enabled && told !== null) refuse(422, 'password', 'A user with sso_enabled has no password here.')
      if (!wish.sso_enabled && told === null) refuse(422, 'password', 'A user without sso_enabled needs a password.')
      const created = await changes.create({ ...wish, rights, password: told, because: 'asked' }, cause)
      await answer(app, response, created, () => shown(created.userId))
    },

    'GET /users/:id': async (request, response) => {
      response.json(await shown(paramOf(numberText, request, 'id')))
    },

    'PATCH /users/:id': async (request, response, { cause }) => {
      const userId = paramOf(numberText, request, 'id')
      const wish = bodyOf(change, request)
      const was = await existing(userId)
      // Everything is checked before anything is changed.
      const rights = await rightsIn(wish)
      if (wish.email !== undefined && comparableEmail(wish.email) !== was.email_key)
        refuse(422, 'email', 'The e-mail address of a user cannot be changed: it is how history names them.')
      if (wish.password !== undefined) {
        if (wish.sso_enabled === true) refuse(422, 'password', 'A user with sso_enabled has no password here.')
        const fault = faultOfPassword(wish.password, { name: wish.name ?? was.name, email: was.email })
        if (fault !== null) refuse(422, 'password', fault)
      }
      if (wish.sso_enabled === false && was.sso_enabled && wish.password === undefined)
        refuse(422, 'password', 'A user without sso_enabled needs a password.')

      const done = []
      // What may be refused comes first.
      if (rights !== null) done.push(await changes.changeRights(userId, rights, cause))
      if (wish.disabled === true) done.push(await changes.disable(userId, cause))
      if (wish.name !== undefined) done.push(await changes.rename(userId, wish.name, cause))
      if (wish.password !== undefined) done.push(await changes.changePassword(userId, wish.password, 'reset', cause))
      if (wish.sso_enabled === true) done.push(await changes.enableSso(userId, cause))
      if (wish.disabled === false) done.push(await changes.enable(userId, cause))
      const opensNoMore = done.some(({ events }) => events.some(({ type }) => endings.has(type)))
      if (opensNoMore) await sessions.endAllOf(userId)
      await answer(app, response, done, () => {
        sessions.forget()
        return shown(userId)
      })
    },

    'DELETE /users/:id': async (request, response, { cause }) => {
      const userId = paramOf(numberText, request, 'id')
      const removed = await changes.remove(userId, cause)
      await sessions.endAllOf(userId)
      await answer(app, response, removed, () => ({}))
    },
  }
}

type Told = z.infer<z.ZodObject<typeof rightsFields>>

/** After these, whoever signed in before has to do it again. */
const endings: ReadonlySet<string> = new Set(['UserDisabled', 'UserPasswordChanged', 'UserSsoEnabled'])

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined
