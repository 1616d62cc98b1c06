import type { Request, Response } from 'express'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { user } from '../../../domain/users/user.ts'
import { userById } from '../../../projections/users.ts'
import { addressOf } from '../../attempts.ts'
import { refuse } from '../../errors.ts'
import { bodyOf } from '../../parsing.ts'
import { causeOf } from '../doors/authenticate.ts'
import type { OpenHandlers } from '../deps.ts'
import type { Checked, PasswordCheck } from './password-check.ts'
import { mustBeSameOrigin } from '../doors/same-origin.ts'
import { csrfOf, setSessionCookie } from './session-cookie.ts'
import { teamsSeenBy, userJson } from '../users/user-presentation.ts'
import type { UserSessions } from './user-sessions.ts'

export const credentials = z.object({ email: z.string().trim().min(1).max(255), password: z.string().min(1).max(1024) })

export type SignInDeps = Readonly<{ app: App; sessions: UserSessions; check: PasswordCheck; publicUrl: string }>

/** Signing in with a password: for a script, which gets a token, and for a browser, which gets a cookie. */
export const signInRoutes = ({
  app,
  sessions,
  check,
  publicUrl,
}: SignInDeps): Pick<OpenHandlers, 'POST /login' | 'POST /sessions'> => {
  const signIn = async (request: Request, response: Response, kind: 'cookie' | 'token') => {
    // A page elsewhere shall not sign a browser in as somebody else.
    mustBeSameOrigin(request, publicUrl)
    const told = bodyOf(credentials, request)
    const checked = await check(told, request, response)
    await recordSignIn(app, checked, { by: 'password', request, response })
    const { secret, session } = await sessions.begin(checked.userId, kind, request)
    const [row] = await app.read(userById(checked.userId))
    if (row === undefined) return refuse(401, 'base', 'This user was deleted just now.')
    const { names, available_teams } = await teamsSeenBy(app, { globalRole: row.global_role, teams: row.teams })
    return { secret, session, body: { user: userJson(row, names), available_teams } }
  }

  return {
    'POST /login': async (request, response) => {
      const { secret, session, body } = await signIn(request, response, 'token')
      response.json({ ...body, token: secret, expires_at: session.endsAt })
    },

    'POST /sessions': async (request, response) => {
      const { secret, session, body } = await signIn(request, response, 'cookie')
      setSessionCookie(response, secret, session.endsAt)
      response.json({ ...body, csrf_token: csrfOf(secret), expires_at: session.endsAt })
    },
  }
}

type SigningIn = Readonly<{ by: 'password' | 'sso'; request: Request; response: Response }>

/** Writes down who signed in, and how; rejects those who may not sign in so any more. */
export const recordSignIn = async (
  { execute }: Pick<App, 'execute'>,
  { userId, state }: Checked,
  { by, request, response }: SigningIn,
): Promise<void> => {
  const cause = causeOf(request, response, state.email)
  await execute(user, userId, { type: 'RecordSignIn', data: { by, address: addressOf(request) } }, cause)
}
