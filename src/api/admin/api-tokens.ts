import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { server, theServer } from '../../domain/server/server.ts'
import type { ApiTokenRow } from '../../projections/api-tokens.ts'
import { allApiTokens } from '../../projections/api-tokens.ts'
import { refuse } from '../errors.ts'
import { bodyOf, paramOf } from '../parsing.ts'
import { answer } from './answer.ts'
import type { Tokens } from './authenticate.ts'
import { newTokenSecret, tokenHashOf } from './authenticate.ts'
import type { Handlers } from './deps.ts'

export const wish = z.object({ name: z.string().trim().min(1).max(100), role: z.enum(['admin', 'maintainer', 'observer']) })

export const hash = z.string().regex(/^[0-9a-f]{64}$/, 'This is no id of an API token.')

/** Tokens for people and scripts. A secret is shown once, when it is made. */
export const apiTokenRoutes = (
  app: App,
  tokens: Tokens,
): Pick<Handlers, 'GET /api_tokens' | 'POST /api_tokens' | 'DELETE /api_tokens/:id'> => ({
  'GET /api_tokens': async (_, response) => {
    response.json({ api_tokens: (await app.read(allApiTokens())).map(present) })
  },

  'POST /api_tokens': async (request, response, { cause }) => {
    const { name, role } = bodyOf(wish, request)
    // Events name their actor by the token's name: two of one name could not be told apart.
    const { state } = await app.load(server, theServer)
    if (Object.values(state.tokens).some((token) => token.name === name))
      refuse(409, 'name', `An API token named ${name} already exists.`)
    const secret = newTokenSecret()
    const tokenHash = tokenHashOf(secret)
    const issued = await app.execute(server, theServer, { type: 'IssueApiToken', data: { name, role, tokenHash } }, cause)
    await answer(app, response, issued, () => ({
      api_token: { id: tokenHash, name, role, created_at: issued.events[0]?.at ?? null },
      secret,
    }))
  },

  'DELETE /api_tokens/:id': async (request, response, { cause }) => {
    const tokenHash = paramOf(hash, request, 'id')
    const revoked = await app.execute(server, theServer, { type: 'RevokeApiToken', data: { tokenHash } }, cause)
    tokens.forget(tokenHash)
    await answer(app, response, revoked, () => ({}))
    // A request that came in between may have remembered it again.
    tokens.forget(tokenHash)
  },
})

export const present = ({ token_hash, name, role, issued_at }: ApiTokenRow) => ({
  id: token_hash,
  name,
  role,
  created_at: issued_at,
})
