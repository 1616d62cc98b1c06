import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import type { EnrollSecrets } from '../../../domain/enroll-secrets/enroll-secrets.ts'
import { allEnrollSecrets, enrollSecrets, mustBeFree, secretsOf } from '../../../domain/enroll-secrets/enroll-secrets.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import { maxSecretLength, secretHash } from '../../enrolling-teams.ts'
import { bodyOf, numberText, paramOf, queryOf } from '../../parsing.ts'
import type { Tickets } from '../../tickets.ts'
import { answer } from '../answer.ts'
import type { Caller, Handlers } from '../deps.ts'
import { teamMustExist } from '../doors/team-checks.ts'

/** As many as Fleet takes per team. */
const mostSecrets = 50

const secrets = z
  .array(
    z.object({
      secret: z
        .string()
        .min(8, 'An enroll secret needs at least 8 characters.')
        .max(maxSecretLength)
        .regex(/^[\x21-\x7e]*$/, 'An enroll secret consists of visible ASCII characters.')
        .optional()
        .describe('Absent: the server makes one up.'),
    }),
  )
  .max(mostSecrets, `A team has at most ${String(mostSecrets)} enroll secrets.`)

export const ofTeam = z.object({ secrets })

export const spec = z.object({ spec: ofTeam })

export const replaceQuery = z.object({
  dry_run: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: nothing is done; how many secrets would come and go is told.'),
})

/** How many seals are made or opened at a time. */
const atATime = 8

type EnrollSecretRoutes = Pick<
  Handlers,
  'GET /spec/enroll_secret' | 'POST /spec/enroll_secret' | 'GET /teams/:id/secrets' | 'PATCH /teams/:id/secrets'
>

/** The secrets that let hosts enroll into a team, in Fleet's JSON. Each time they are shown is recorded. */
export const enrollSecretRoutes = (app: App, tickets: Tickets): EnrollSecretRoutes => {
  const replace = async (teamId: string, wanted: z.infer<typeof secrets>, { cause }: Pick<Caller, 'cause'>) => {
    const sealed = await inParallel(wanted, atATime, async ({ secret = randomBytes(24).toString('base64url') }) => {
      const hash = await secretHash(tickets, secret)
      return { hash, sealed: await app.vault.seal('server', contextOf(hash), Buffer.from(secret)) }
    })
    const data = { teamId, secrets: sealed, because: 'asked' } as const
    return app.execute(enrollSecrets, allEnrollSecrets, { type: 'SetEnrollSecrets', data }, cause)
  }

  /** How many secrets would come and go; refuses what `replace` would. */
  const check = async (teamId: string, wanted: z.infer<typeof secrets>) => {
    const { state } = await app.load(enrollSecrets, allEnrollSecrets)
    const told = wanted.flatMap(({ secret }) => secret ?? [])
    const hashes = new Set(await inParallel(told, atATime, (secret) => secretHash(tickets, secret)))
    mustBeFree(state, teamId, [...hashes])
    const there = secretsOf(state, teamId).map(([hash]) => hash)
    const stay = there.filter((hash) => hashes.has(hash)).length
    return { changed: there.length - stay + hashes.size - stay + wanted.length - told.length }
  }

  const shown = (state: EnrollSecrets, teamId: string) =>
    inParallel(secretsOf(state, teamId), atATime, async ([hash, { sealed, createdAt }]) => ({
      secret: Buffer.from(await app.vault.open('server', contextOf(hash), sealed)).toString(),
      created_at: createdAt,
      ...(teamId === noTeam ? {} : { team_id: Number(teamId) }),
    }))

  const show = async (teamId: string, { cause }: Pick<Caller, 'cause'>) => {
    const { state } = await app.execute(enrollSecrets, allEnrollSecrets, { type: 'ShowEnrollSecrets', data: { teamId } }, cause)
    return shown(state, teamId)
  }

  return {
    'GET /spec/enroll_secret': async (_, response, caller) => {
      response.json({ spec: { secrets: await show(noTeam, caller) } })
    },

    'POST /spec/enroll_secret': async (request, response, caller) => {
      const { spec: wanted } = bodyOf(spec, request)
      if (queryOf(replaceQuery, request).dry_run === 'true') return void response.json(await check(noTeam, wanted.secrets))
      await answer(app, response, await replace(noTeam, wanted.secrets, caller), () => ({}))
    },

    'GET /teams/:id/secrets': async (request, response, caller) => {
      const teamId = paramOf(numberText, request, 'id')
      await teamMustExist(app, teamId)
      response.json({ secrets: await show(teamId, caller) })
    },

    'PATCH /teams/:id/secrets': async (request, response, caller) => {
      const teamId = paramOf(numberText, request, 'id')
      const wanted = bodyOf(ofTeam, request)
      await teamMustExist(app, teamId)
      if (queryOf(replaceQuery, request).dry_run === 'true') return void response.json(await check(teamId, wanted.secrets))
      const { position, state } = await replace(teamId, wanted.secrets, caller)
      await answer(app, response, { position }, async () => ({ secrets: await shown(state, teamId) }))
    },
  }
}

const contextOf = (hash: string): string => `enroll-secret/${hash}`
