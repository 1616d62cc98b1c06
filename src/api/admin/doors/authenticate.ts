import type { Request, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { App } from '../../../app/app.ts'
import type { Cause } from '../../../kernel/event.ts'
import { leastRecentlyUsed } from '../../../kernel/least-recently-used.ts'
import type { Rights } from '../../../domain/users/rights.ts'
import { everywhere } from '../../../domain/users/rights.ts'
import type { ApiTokenRow } from '../../../projections/api-tokens.ts'
import { apiTokenByHash } from '../../../projections/api-tokens.ts'
import { addressOf } from '../../attempts.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { requestIdOf } from '../../request-id.ts'
import type { Caller, Principal, RequestLimits } from '../deps.ts'
import { mustBeFromTheConsole } from './same-origin.ts'
import { clearSessionCookie, csrfOf, sessionCookieOf } from '../sign-in/session-cookie.ts'
import type { LiveSession, UserSessions } from '../sign-in/user-sessions.ts'
import { isSessionSecret } from '../sign-in/user-sessions.ts'

/** Tells who calls by the bearer token. */
export type Tokens = Readonly<{
  /** The token's row, or null for one that is unknown, revoked or malformed. */
  find: (authorization: string | undefined) => Promise<ApiTokenRow | null>
  /** Makes this process believe nothing about a token that was just issued or revoked here. */
  forget: (tokenHash: string) => void
}>

/** How long a token that was revoked elsewhere may still open this process, ms. */
const memoryMs = 5_000
const tokensInMemory = 1_000

/** Only tokens that exist are remembered, so that guesses push nothing out; known or not, an answer costs one hash and at most one look-up. */
export const tokensOf = ({ read, clock }: Pick<App, 'read' | 'clock'>): Tokens => {
  const known = leastRecentlyUsed<Readonly<{ row: ApiTokenRow; until: number }>>(tokensInMemory)
  return {
    find: async (authorization) => {
      const secret = bearerOf(authorization)
      if (secret === null) return null
      const hash = tokenHashOf(secret)
      const remembered = known.get(hash)
      if (remembered !== undefined && remembered.until > clock().getTime()) return remembered.row
      known.delete(hash)
      const [row] = await read(apiTokenByHash(hash))
      if (row === undefined) return null
      known.set(hash, { row, until: clock().getTime() + memoryMs })
      return row
    },
    forget: (tokenHash) => {
      known.delete(tokenHash)
    },
  }
}

const bearerOf = (authorization: string | undefined): string | null =>
  /^bearer +([\w.~+/=-]{1,512}) *$/i.exec(authorization ?? '')?.[1] ?? null

/** What a token lets its holder do. */
export const rightsOfToken = ({ role, teams }: Pick<ApiTokenRow, 'role' | 'teams'>): Rights =>
  teams === null ? everywhere(role) : { globalRole: null, teams: teams.map((id) => ({ id, role })) }

/** What is stored of a token: the SHA-256 of its secret, lower-case hex. */
export const tokenHashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** A new secret: 256 random bits behind a name that secret scanners can look for. */
export const newTokenSecret = (): string => `muster_${randomBytes(32).toString('base64url')}`

/** 6,000 requests a minute of one token are more than any script needs; 300 refused ones of one address more than any mistake makes. */
const usualLimits: RequestLimits = { perToken: 6_000, refusedPerAddress: 300 }

const windowMs = 60_000

/** Who may come in, and from where pages may send. */
export type Doors = Readonly<{ tokens: Tokens; sessions: UserSessions; publicUrl: string }>

/**
 * Lets a request pass whose token or session is known, and says who calls (`callerOf`), however many wrong ones come from its address: nobody
 * guesses 256 bits, so the limit keeps out noise, not callers. Others get 401, and when there are too many of them 429 with Retry-After. What a browser sends with its cookie must come from the console itself if it changes anything.
 */
export const authenticate = (doors: Doors, limits: RequestLimits = usualLimits): readonly RequestHandler[] => {
  const tooMany: RequestHandler = (_request, response, next) => {
    if (!response.hasHeader('retry-after')) response.set('retry-after', String(windowMs / 1000))
    next(new HttpRefusal(429, [{ name: 'base', reason: 'Too many requests were made; try again in a while.' }]))
  }
  const common = { windowMs, handler: tooMany, legacyHeaders: false } as const
  const refused = rateLimit({ ...common, limit: limits.refusedPerAddress, keyGenerator: addressOf })
  const perToken = rateLimit({
    ...common,
    standardHeaders: 'draft-7',
    limit: limits.perToken,
    keyGenerator: (_, response) => principalOf(response).key,
  })

  const identify: RequestHandler = async (request, response, next) => {
    const found = await whoCalls(doors, request)
    if (found === 'ended') {
      clearSessionCookie(response)
      return next(unauthenticated(response, 'The session has ended; sign in again.'))
    }
    if (found !== null) {
      if (found.csrf !== null) mustBeFromTheConsole(request, doors.publicUrl, found.csrf)
      response.locals['principal'] = found
      next()
      return
    }
    await refused(request, response, (error?: unknown) => {
      next(error ?? unauthenticated(response, noToken))
    })
  }
  return [identify, perToken]
}

const noToken = 'A valid API token is needed as bearer token.'

const unauthenticated = (response: Response, reason: string): HttpRefusal => {
  response.set('www-authenticate', 'Bearer')
  return new HttpRefusal(401, [{ name: 'base', reason }])
}

/** True while the credentials of a request that was let in are still good. */
export const isStillKnown = async (doors: Doors, request: Request): Promise<boolean> => {
  const found = await whoCalls(doors, request)
  return found !== null && found !== 'ended'
}

/** By the bearer token if there is one, else by the cookie. */
const whoCalls = async ({ tokens, sessions }: Doors, request: Request): Promise<Principal | 'ended' | null> => {
  const authorization = request.get('authorization')
  if (authorization !== undefined) {
    const secret = bearerOf(authorization)
    if (secret !== null && isSessionSecret(secret)) return principalIn(await sessions.find(secret), 'token', null)
    const token = await tokens.find(authorization)
    const { name, token_hash: key } = token ?? { name: '', token_hash: '' }
    return token === null ? null : { name, key, rights: rightsOfToken(token), user: null, session: null, csrf: null }
  }
  const secret = sessionCookieOf(request)
  return secret === null ? null : principalIn(await sessions.find(secret), 'cookie', csrfOf(secret))
}

/** A session opens by the door that it was begun at. */
const principalIn = (
  found: LiveSession | 'ended' | null,
  kind: 'cookie' | 'token',
  csrf: string | null,
): Principal | 'ended' | null => {
  if (found === null || found === 'ended') return found
  const { session, user } = found
  if (session.kind !== kind) return null
  const rights = { globalRole: user.global_role, teams: user.teams }
  return { name: user.email, key: session.id, rights, user, session, csrf }
}

/** Who was let in. */
export const principalOf = (response: Response): Principal =>
  (response.locals['principal'] as Principal | undefined) ?? refuse(401, 'base', noToken)

/** Who makes the request that is being answered; the actor is named as the token is, or by the user's e-mail address. */
export const callerOf = (request: Request, response: Response): Omit<Caller, 'reach'> => {
  const principal = principalOf(response)
  return { actor: { kind: 'admin', id: principal.name }, principal, cause: causeOf(request, response, principal.name) }
}

/** Why what follows from a request happens. `name` is the actor's. */
export const causeOf = (request: Request, response: Response, name: string): Cause => {
  const requestId = requestIdOf(response)
  // The client may choose the request's id and the change set that it is part of, but never the ids of events.
  const correlationId = changeSetOf(request) ?? requestId
  return { id: `request/${randomUUID()}`, actor: { kind: 'admin', id: name }, correlationId, causationId: requestId }
}

/** Several requests of one intent name the same change set, a UUID; all that follows from them is found under it. */
const changeSetOf = (request: Request): string | null => {
  const told = request.get('x-change-set')
  if (told === undefined) return null
  return uuid.test(told) ? told.toLowerCase() : refuse(400, 'x-change-set', 'The header x-change-set is no UUID.')
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
