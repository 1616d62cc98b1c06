import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import type { SecretVariables } from '../../../domain/secret-variables/secret-variables.ts'
import { allSecretVariables, secretVariables } from '../../../domain/secret-variables/secret-variables.ts'
import type { Cause } from '../../../kernel/event.ts'
import { profilesWithSecret, teamsWithSecret } from '../../../projections/profiles.ts'
import type { SecretVariableRow } from '../../../projections/secret-variables.ts'
import { secretVariablesPage } from '../../../projections/secret-variables.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import { secretContext } from '../../secret-variables.ts'
import type { Tickets } from '../../tickets.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../deps.ts'
import { mustFitWhereTheyStand } from './settings-that-hold.ts'

/** More than any fleet needs, and few enough that the stream of them stays short. */
const mostSecrets = 1000
const longestValue = 64 * 1024

export const name = z
  .string()
  .transform((text) => text.replace(/^FLEET_SECRET_/, ''))
  .pipe(z.string().regex(/^[A-Z0-9_]{1,200}$/, 'A name has 1 to 200 of A-Z, 0-9 and _.'))

export const secret = z.object({
  name,
  value: z
    .string()
    .min(1, 'A secret cannot be empty.')
    .refine((value) => Buffer.byteLength(value) <= longestValue, 'A secret has at most 64 KiB.'),
})

export const spec = z.object({ secrets: z.array(secret).max(mostSecrets), dry_run: z.boolean().default(false) })

export const listQuery = z.object(paging(100, 1000))

type Secret = z.infer<typeof secret>

type SecretVariableRoutes = Pick<
  Handlers,
  'PUT /spec/secret_variables' | 'GET /custom_variables' | 'POST /custom_variables' | 'DELETE /custom_variables/:name'
>

/** Secrets for settings, in Fleet's JSON. Values go in and never come out. */
export const secretVariableRoutes = (app: App, { digest }: Pick<Tickets, 'digest'>): SecretVariableRoutes => {
  const fingerprintOf = (called: string, value: string) => digest('secret-variable', `${called}\n${value}`)

  const sealedOf = async ({ name: called, value }: Secret) => ({
    name: called,
    fingerprint: await fingerprintOf(called, value),
    sealed: await app.vault.seal('server', secretContext(called), Buffer.from(value)),
  })

  const put = async (secrets: readonly Secret[], cause: Cause) => {
    const sealed = await inParallel(secrets, 8, sealedOf)
    return app.execute(secretVariables, allSecretVariables, { type: 'SetSecretVariables', data: { secrets: sealed } }, cause)
  }

  const now = async (): Promise<SecretVariables> => (await app.load(secretVariables, allSecretVariables)).state

  const mustFit = async (secrets: readonly Secret[]): Promise<void> => {
    const called = secrets.map((one) => one.name)
    const twice = called.find((one, index) => called.indexOf(one) !== index)
    if (twice !== undefined) refuse(422, 'secrets', `The secret ${twice} is there more than once.`)
    const all = new Set([...Object.keys(await now()), ...called])
    if (all.size > mostSecrets) refuse(422, 'secrets', `There can be ${String(mostSecrets)} secrets.`)
    await mustFitWhereTheyStand(app, Object.fromEntries(secrets.map((one) => [one.name, one.value])))
  }

  /** A role in single teams sets what is new, and what no settings of other teams hold; what has the value already is not set. */
  const mustBeOwn = async (secrets: readonly Secret[], reach: readonly string[]): Promise<void> => {
    const known = await now()
    for (const { name: called, value } of secrets) {
      const there = Object.hasOwn(known, called) ? known[called] : undefined
      if (there === undefined || there.fingerprint === (await fingerprintOf(called, value))) continue
      const teams = (await app.read(teamsWithSecret(called))).map(({ team_id }) => team_id)
      if (!teams.every((teamId) => reach.includes(teamId)))
        refuse(403, 'secrets', `The secret ${called} is held by settings of other teams; a role everywhere may set it.`)
    }
  }

  return {
    'PUT /spec/secret_variables': async (request, response, { cause, reach }) => {
      const { secrets, dry_run } = bodyOf(spec, request)
      await mustFit(secrets)
      if (reach !== null) await mustBeOwn(secrets, reach)
      if (dry_run) return void response.json({})
      await answer(app, response, await put(secrets, cause), () => ({}))
    },

    'GET /custom_variables': async (request, response) => {
      const page = queryOf(listQuery, request)
      const { limit, offset } = windowOf(page)
      const { rows, meta } = pageOf(await app.read(secretVariablesPage(limit, offset)), page)
      response.json({ custom_variables: rows.map(shown), meta })
    },

    'POST /custom_variables': async (request, response, { cause }) => {
      const wanted = bodyOf(secret, request)
      await mustFit([wanted])
      const command = { type: 'AddSecretVariable', data: await sealedOf(wanted) } as const
      const added = await app.execute(secretVariables, allSecretVariables, command, cause)
      await answer(app, response, added, () => ({ name: wanted.name }))
    },

    'DELETE /custom_variables/:name': async (request, response, { cause }) => {
      const called = paramOf(name, request, 'name')
      const [user] = await app.read(profilesWithSecret(called, '', 1))
      if (user !== undefined) refuse(409, 'name', `The secret ${called} is used by ${user.name}.`)
      const command = { type: 'DeleteSecretVariable', data: { name: called } } as const
      await answer(app, response, await app.execute(secretVariables, allSecretVariables, command, cause), () => ({}))
    },
  }
}

export const shown = ({ name: called, updated_at }: SecretVariableRow) => ({ name: called, updated_at })
