import type { Request, RequestHandler, Response } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import type { ApiTokenRow } from '../../projections/api-tokens.ts'
import { apiTokenByHash } from '../../projections/api-tokens.ts'
import { HttpRefusal, refuse } from '../errors.ts'
import { requestIdOf } from '../request-id.ts'
import type { Caller, RequestLimits } from './deps.ts'

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
      const secret = /^bearer +([\w.~+/=-]{1,512}) *$/i.exec(authorization ?? '')?.[1]
      if (secret === undefined) return null
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

/** What is stored of a token: the SHA-256 of its secret, lower-case hex. */
export const tokenHashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** A new secret: 256 random bits behind a name that secret scanners can look for. */
export const newTokenSecret = (): string => `muster_${randomBytes(32).toString('base64url')}`

/** 6,000 requests a minute of one token are more than any script needs; 300 refused ones of one address more than any mistake makes. */
const usualLimits: RequestLimits = { perToken: 6_000, refusedPerAddress: 300 }

const windowMs = 60_000

/**
 * Lets a request pass whose token is known, and says who calls (`callerOf`). Others get 401; too many get 429 with Retry-After, before
 * anything is looked up.
 */
export const authenticate = (tokens: Tokens, limits: RequestLimits = usualLimits): readonly RequestHandler[] => {
  const tooMany: RequestHandler = (_request, _response, next) => {
    next(new HttpRefusal(429, [{ name: 'base', reason: 'Too many requests were made; try again in a while.' }]))
  }
  const common = { windowMs, handler: tooMany, legacyHeaders: false } as const
  const refused = rateLimit({ ...common, limit: limits.refusedPerAddress, keyGenerator: addressOf })
  const perToken = rateLimit({
    ...common,
    standardHeaders: 'draft-7',
    limit: limits.perToken,
    keyGenerator: (_, response) => tokenOf(response).token_hash,
  })

  const identify: RequestHandler = async (request, response, next) => {
    const hits = await refused.getKey(addressOf(request))
    if (hits !== undefined && hits.totalHits >= limits.refusedPerAddress) return void (await refused(request, response, next))
    const token = await tokens.find(request.get('authorization'))
    if (token !== null) {
      response.locals['token'] = token
      next()
      return
    }
    await refused(request, response, (error?: unknown) => {
      response.set('www-authenticate', 'Bearer')
      next(error ?? new HttpRefusal(401, [{ name: 'base', reason: 'A valid API token is needed as bearer token.' }]))
    })
  }
  return [identify, perToken]
}

const addressOf = (request: Request): string => (request.ip === undefined ? 'unknown' : ipKeyGenerator(request.ip))

const tokenOf = (response: Response): ApiTokenRow =>
  (response.locals['token'] as ApiTokenRow | undefined) ?? refuse(401, 'base', 'A valid API token is needed as bearer token.')

/** Who makes the request that is being answered; the actor is named as the token is. */
export const callerOf = (request: Request, response: Response): Caller => {
  const { name, role } = tokenOf(response)
  const actor = { kind: 'admin', id: name } as const
  const requestId = requestIdOf(response)
  // The client may choose the request's id and the change set that it is part of, but never the ids of events.
  const correlationId = changeSetOf(request) ?? requestId
  return { actor, role, cause: { id: `request/${randomUUID()}`, actor, correlationId, causationId: requestId } }
}

/** Several requests of one intent name the same change set, a UUID; all that follows from them is found under it. */
const changeSetOf = (request: Request): string | null => {
  const told = request.get('x-change-set')
  if (told === undefined) return null
  return uuid.test(told) ? told.toLowerCase() : refuse(400, 'x-change-set', 'The header x-change-set is no UUID.')
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
