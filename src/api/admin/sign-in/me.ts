import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { bodyOf, numberText, paramOf, queryOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { Handlers, Principal } from '../deps.ts'
import type { PasswordCheck } from './password-check.ts'
import { clearSessionCookie } from './session-cookie.ts'
import type { UserChanges } from '../users/user-changes.ts'
import { principalJson, sessionJson, teamsSeenBy } from '../users/user-presentation.ts'
import type { UserSessions } from './user-sessions.ts'

export const passwords = z.object({ old_password: z.string().min(1).max(1024), new_password: z.string().max(1024) })

export const sessionsQuery = z.object({
  user_id: numberText.optional().describe("Another user's, for admins; the caller's own without it."),
})

export const sessionId = z.string().regex(/^[0-9a-f]{64}$/, 'This is no id of a session.')

type OwnRoutes = Pick<
  Handlers,
  'GET /me' | 'POST /me/password' | 'POST /logout' | 'GET /sessions' | 'DELETE /sessions/current' | 'DELETE /sessions/:id'
>

export type OwnDeps = Readonly<{ app: App; changes: UserChanges; sessions: UserSessions; check: PasswordCheck }>

/** What callers see and do about themselves. */
export const ownRoutes = ({ app, changes, sessions, check }: OwnDeps): OwnRoutes => {
  const signOut: Handlers['POST /logout'] = async (_, response, { principal }) => {
    const { session } = principal
    if (session === null) return refuse(422, 'base', 'An API token has no session to end; revoke it by DELETE /api_tokens/:id.')
    await sessions.end(session.id)
    if (session.kind === 'cookie') clearSessionCookie(response)
    response.json({})
  }

  return {
    'GET /me': async (_, response, { principal }) => {
      const { names, available_teams } = await teamsSeenBy(app, principal.rights)
      response.json({ user: principalJson(principal, names), available_teams, csrf_token: principal.csrf })
    },

    'POST /me/password': async (request, response, { principal, cause }) => {
      const { old_password, new_password } = bodyOf(passwords, request)
      const { user, session } = principal
      if (user === null) return refuse(422, 'base', 'An API token has no password.')
      if (user.sso_enabled) refuse(422, 'new_password', 'This user signs in at the identity provider and has no password here.')
      if (old_password === new_password) refuse(422, 'new_password', 'The new password is the old one.')
      await mustBeRight(check({ email: user.email, password: old_password }, request, response))
      const changed = await changes.changePassword(user.user_id, new_password, 'own', cause)
      await sessions.endAllOf(user.user_id, session?.id ?? null)
      await answer(app, response, changed, () => ({}))
    },

    'POST /logout': signOut,
    'DELETE /sessions/current': signOut,

    'GET /sessions': async (request, response, { principal }) => {
      const { user_id } = queryOf(sessionsQuery, request)
      const whose = user_id ?? principal.user?.user_id
      if (user_id !== undefined && user_id !== principal.user?.user_id) mustBeAdmin(principal)
      const found = whose === undefined ? [] : await sessions.ofUser(whose)
      response.json({ sessions: found.map((session) => sessionJson(session, principal.session?.id ?? null)) })
    },

    'DELETE /sessions/:id': async (request, response, { principal }) => {
      const id = paramOf(sessionId, request, 'id')
      const session = await app.sessions.find(id)
      if (session === null || session.userId !== principal.user?.user_id) mustBeAdmin(principal)
      if (session === null) return refuse(404, 'id', 'There is no such session.')
      await sessions.end(id)
      if (id === principal.session?.id && session.kind === 'cookie') clearSessionCookie(response)
      response.json({})
    },
  }
}

const mustBeAdmin = ({ rights }: Principal): void => {
  if (rights.globalRole !== 'admin') refuse(403, 'base', "Only admins look after other users' sessions.")
}

/** The caller is known; it is one field that is wrong. */
const mustBeRight = async (checked: Promise<unknown>): Promise<void> => {
  try {
    await checked
  } catch (error) {
    if (error instanceof HttpRefusal && error.status === 401) refuse(422, 'old_password', 'The old password is wrong.')
    throw error
  }
}
