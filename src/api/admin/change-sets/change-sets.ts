import { z } from 'zod'
import { effectsOf } from '../../../projections/change-set-effects.ts'
import { changeSetById, changeSetsPage, firstIntentsOf, intentsOf } from '../../../projections/change-sets.ts'
import { transfersOf } from '../../../projections/transfers.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import { undo } from '../../undoing/undo.ts'
import { answer, tellWithPlan } from '../answer.ts'
import { changeSetJson, intentJson } from './change-set-presentation.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { transferJson } from '../transfers/transfer-presentation.ts'

export const listQuery = z.object(paging(50, 200))

export const changeSetId = z.string().regex(/^[\w.-]{8,64}$/, 'This is no id of a change set.')

export const details = z.object({
  after: z
    .string()
    .regex(/^[\w/.:-]{1,128}$/, 'This is no position in the log.')
    .default('')
    .describe('The position of the last event of the page before.'),
  per_page: z.coerce.number().int().min(1).max(1000).default(200),
})

export const wish = z.object({
  force: z.boolean().default(false).describe('Although others changed the same since, or use what it made.'),
})

type ChangeSetRoutes = Pick<Handlers, 'GET /change_sets' | 'GET /change_sets/:id' | 'POST /change_sets/:id/undo'>

/** What was done with one intent, what it led to, and undoing it. */
export const changeSetRoutes = ({ app, settings }: Pick<AdminDeps, 'app' | 'settings'>): ChangeSetRoutes => {
  const existing = async (id: string) => {
    const [row] = await app.read(changeSetById(id))
    return row ?? refuse(404, 'id', `The change set ${id} does not exist.`)
  }

  return {
    'GET /change_sets': async (request, response) => {
      const page = queryOf(listQuery, request)
      const { limit, offset } = windowOf(page)
      const { rows, meta } = pageOf(await app.read(changeSetsPage(limit, offset)), page)
      const first = await app.read(firstIntentsOf(rows.map(({ change_set_id }) => change_set_id)))
      const firstOf = new Map(first.map((row) => [row.correlation_id, row]))
      response.json({ change_sets: rows.map((row) => changeSetJson(row, firstOf.get(row.change_set_id))), meta })
    },

    'GET /change_sets/:id': async (request, response) => {
      const row = await existing(paramOf(changeSetId, request, 'id'))
      const { after, per_page } = queryOf(details, request)
      const [found, [first], [effects], transfers] = await Promise.all([
        app.read(intentsOf(row.change_set_id, after, per_page + 1)),
        app.read(firstIntentsOf([row.change_set_id])),
        app.read(effectsOf(row.change_set_id)),
        app.read(transfersOf(row.change_set_id)),
      ])
      const { rows, meta } = pageOf(found, { page: after === '' ? 0 : 1, per_page })
      const next = meta.has_next_results ? (rows.at(-1)?.event_position ?? null) : null
      response.json({
        change_set: { ...changeSetJson(row, first), effects, transfers: transfers.map((one) => transferJson(one)) },
        events: rows.map(intentJson),
        meta: { ...meta, next },
      })
    },

    'POST /change_sets/:id/undo': async (request, response, { cause, principal }) => {
      const { change_set_id } = await existing(paramOf(changeSetId, request, 'id'))
      request.body ??= {}
      const { force } = bodyOf(wish, request)
      const { by, undone, cannot, skipped, transfers, executed } = await undo(app, change_set_id, {
        ...{ force, cause, hostsAtOnce: settings.hostsAtOnce },
        // Only roles everywhere come here.
        role: principal.rights.globalRole ?? 'observer',
      })
      const told = { change_set: by, undone, cannot, skipped: skipped.slice(0, mostTold), transfers }
      tellWithPlan(response, told)
      if (transfers.length > 0) response.status(202)
      await answer(app, response, executed, () => told)
    },
  }
}

/** More things that were left as they are than this are not told one by one. */
const mostTold = 1000
