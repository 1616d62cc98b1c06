import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { server, theServer } from '../../../domain/server/server.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import type { ApiTokenRow } from '../../../projections/api-tokens.ts'
import { allApiTokens } from '../../../projections/api-tokens.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import { actorNames } from '../doors/actor-names.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, numberId, paramOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { Tokens } from '../doors/authenticate.ts'
import { newTokenSecret, tokenHashOf } from '../doors/authenticate.ts'
import type { Handlers } from '../deps.ts'
import { teamMustExist } from '../doors/team-checks.ts'

export const wish = z.object({
  name: z.string().trim().min(1).max(100),
  role: z.enum(['admin', 'maintainer', 'observer', 'gitops']),
  /** The only teams in which the role counts. */
  team_ids: z.array(numberId).min(1).max(1000).optional(),
})

export const hash = z.string().regex(/^[0-9a-f]{64}$/, 'This is no id of an API token.')

/** Tokens for people and scripts. A secret is shown once, when it is made. */
export const apiTokenRoutes = (
  app: App,
  tokens: Tokens,
): Pick<Handlers, 'GET /api_tokens' | 'POST /api_tokens' | 'DELETE /api_tokens/:id'> => {
  const { claim, release } = actorNames(app)
  return {
    'GET /api_tokens': async (_, response) => {
      response.json({ api_tokens: (await app.read(allApiTokens())).map(present) })
    },

    'POST /api_tokens': async (request, response, { cause }) => {
      const { name, role, team_ids } = bodyOf(wish, request)
      for (const teamId of team_ids ?? []) {
        if (teamId === noTeam) refuse(422, 'team_ids', 'Hosts in no team are reached by tokens for all teams alone.')
        await teamMustExist(app, teamId)
      }
      const secret = newTokenSecret()
      const tokenHash = tokenHashOf(secret)
      const teams = team_ids === undefined ? null : [...new Set(team_ids)]
      const data = { name, role, tokenHash, ...(teams !== null && { teams }) }
      await claim(tokenHash, name, cause)
      const issued = await app
        .execute(server, theServer, { type: 'IssueApiToken', data }, cause)
        .catch(async (error: unknown) => {
          if (error instanceof Rejection) await release(tokenHash, cause)
          throw error
        })
      await answer(app, response, issued, () => ({
        api_token: present({ token_hash: tokenHash, name, role, teams, issued_at: issued.events[0]?.at ?? null }),
        secret,
      }))
    },

    'DELETE /api_tokens/:id': async (request, response, { cause }) => {
      const tokenHash = paramOf(hash, request, 'id')
      const revoked = await app.execute(server, theServer, { type: 'RevokeApiToken', data: { tokenHash } }, cause)
      tokens.forget(tokenHash)
      await release(tokenHash, cause)
      await answer(app, response, revoked, () => ({}))
      // A request that came in between may have remembered it again.
      tokens.forget(tokenHash)
    },
  }
}

type Shown = Omit<ApiTokenRow, 'issued_at'> & Readonly<{ issued_at: string | null }>

export const present = ({ token_hash, name, role, teams, issued_at }: Shown) => ({
  ...{ id: token_hash, name, role, created_at: issued_at },
  ...(teams !== null && { team_ids: teams.map(Number) }),
})
