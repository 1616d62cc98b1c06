import type { Request, Response } from 'express'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { App } from '../../../app/app.ts'
import { everywhere } from '../../../domain/users/rights.ts'
import { user } from '../../../domain/users/user.ts'
import { startCause } from '../../authority.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import { userByEmail } from '../../../projections/users.ts'
import { addressOf, attemptsOf } from '../../attempts.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { html, sendPage } from '../../page.ts'
import type { OpenHandlers } from '../deps.ts'
import type { Bound, IdentityProvider, Vouched } from './identity-provider.ts'
import { SsoRefused } from './identity-provider.ts'
import type { TellRefusedSignIn } from './refused-sign-ins.ts'
import type { Checked } from './password-check.ts'
import { cookieOf, setSessionCookie } from './session-cookie.ts'
import { recordSignIn } from './sign-in.ts'
import type { UserChanges } from '../users/user-changes.ts'
import type { UserSessions } from './user-sessions.ts'

/** How long somebody may take to sign in at the provider, ms. */
const validMs = 10 * 60_000

/** Sign-ins that one address may begin in that time. */
const perAddress = 100

/** Holds the secret of one sign-in. Lax, because the browser comes back from another site with it. */
const cookieName = '__Host-muster-sso'
const attributes = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } as const

export type SsoDeps = Readonly<{
  app: App
  provider: IdentityProvider | null
  changes: UserChanges
  sessions: UserSessions
  publicUrl: string
  tellRefused?: TellRefusedSignIn
}>

/** Signing in at the identity provider: out to it, and back with a session. */
export const ssoRoutes = ({
  app,
  provider,
  changes,
  sessions,
  publicUrl,
  tellRefused = () => undefined,
}: SsoDeps): Pick<OpenHandlers, 'GET /sso/start' | 'GET /sso/callback'> => {
  const attempts = attemptsOf(app.clock, { limit: perAddress, windowMs: validMs })

  const configured = (): IdentityProvider =>
    provider ?? refuse(404, 'base', 'This server is not set up for signing in at an identity provider.')

  /** The user of the address; created, if the configuration wants that. */
  const userFor = async ({ email, name }: Vouched, { isOfUs, createsUsers }: IdentityProvider): Promise<Checked> => {
    if (!isOfUs(email)) throw new SsoRefused('Your e-mail address does not belong to this organization.')
    const [row] = await app.read(userByEmail(email))
    if (row !== undefined) {
      const { state } = await app.load(user, row.user_id)
      if (state.stage === 'active' && state.ssoEnabled) return { userId: row.user_id, state }
      throw new SsoRefused(notAUser, null, row.user_id)
    }
    if (!createsUsers) throw new SsoRefused(notAUser)
    const cause = { ...startCause(), id: `sso/${randomUUID()}`, actor: { kind: 'server', id: 'sso' } } as const
    const wish = { name, email, rights: everywhere('observer'), password: null, because: 'signed-in' } as const
    const created = await changes.create(wish, cause)
    // The session finds its user in the read models.
    await app.caughtUp(created)
    return { userId: created.userId, state: created.state }
  }

  const finish = async (request: Request, response: Response): Promise<void> => {
    const known = configured()
    const secret = cookieOf(request, cookieName)
    response.clearCookie(cookieName, attributes)
    if (secret === null) throw new SsoRefused('This sign-in was not begun in this browser, or took too long.')
    const bound = boundBy(secret)
    if (request.query['state'] !== bound.state || !(await app.ssoAttempts.take(bound.state)))
      throw new SsoRefused('This sign-in has ended already, or was begun elsewhere.')
    const vouched = await known.finish(new URL(request.originalUrl, publicUrl).search, bound)
    const checked = await userFor(vouched, known)
    await recordSignIn(app, checked, { by: 'sso', request, response })
    const begun = await sessions.begin(checked.userId, 'cookie', request)
    setSessionCookie(response, begun.secret, begun.session.endsAt)
    response.redirect(303, '/')
  }

  return {
    'GET /sso/start': async (request, response) => {
      const known = configured()
      const address = addressOf(request)
      if (!attempts.mayTry(address)) return refuse(429, 'base', 'Too many sign-ins were begun; try again in a while.')
      attempts.count(address)
      const secret = randomBytes(32).toString('base64url')
      const bound = boundBy(secret)
      const url = await known.begin(bound).catch((error: unknown) => away(app, error))
      if (!(await app.ssoAttempts.begin(bound.state, validMs)))
        return refuse(503, 'base', 'Too many people sign in at the same time.')
      response.cookie(cookieName, secret, { ...attributes, maxAge: validMs })
      response.redirect(303, url.href)
    },

    'GET /sso/callback': async (request, response) => {
      try {
        await finish(request, response)
      } catch (error) {
        const told = whatToTell(error) ?? { status: 503, message: awayMessage }
        if (told.status < 500) tellRefused('sso', request, error instanceof SsoRefused ? error.userId : null)
        if (error instanceof SsoRefused)
          app.logger.info({ reason: error.message, code: error.code }, 'a sign-in at the identity provider was refused')
        if (told.status === 503) app.logger.warn({ err: error }, 'a sign-in at the identity provider failed')
        const again = html`<p role="alert">${told.message}</p>
          <p><a class="button" href="/">Back</a></p>`
        sendPage(response, told.status, { title: 'You are not signed in', body: again })
      }
    },
  }
}

const notAUser = 'You are no user of this server. Ask an admin to add you with single sign-on.'
const awayMessage = 'The identity provider cannot be reached now.'

const whatToTell = (error: unknown): Readonly<{ status: number; message: string }> | null => {
  if (error instanceof SsoRefused || error instanceof Rejection) return { status: 403, message: error.message }
  return error instanceof HttpRefusal ? { status: error.status, message: error.message } : null
}

const away = ({ logger }: Pick<App, 'logger'>, error: unknown): never => {
  logger.warn({ err: error }, 'the identity provider cannot be reached')
  return refuse(503, 'base', awayMessage)
}

/** All that binds a sign-in follows from its secret, which the browser keeps: nothing of it is stored here but that it is under way. */
const boundBy = (secret: string): Bound => {
  const of = (purpose: string) => createHash('sha256').update(`sso/${purpose}/${secret}`).digest('base64url')
  return { state: of('state'), nonce: of('nonce'), codeVerifier: of('code-verifier') }
}
