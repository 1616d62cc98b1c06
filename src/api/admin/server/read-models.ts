import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { SetAside } from '../../../app/projection-store.ts'
import { workName } from '../../../app/projection-store.ts'
import { totals } from '../../../projections/totals.ts'
import { refuse } from '../../errors.ts'
import { bodyOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'

export const rebuild = z.object({ names: z.array(z.string().min(1).max(100)).max(100).optional() })

type ReadModelRoutes = Pick<Handlers, 'GET /projections' | 'POST /projections/rebuilds' | 'GET /statistics'>

const setAsideJson = ({ position, eventId, type, stream, reason, at }: SetAside) => ({
  ...{ position, event_id: eventId, type, stream, reason, at },
})

/** The read models as an operator sees them: how far they are, filling them anew, and how much they hold. */
export const readModelRoutes = ({ read, readModels }: Pick<App, 'read' | 'readModels'>): ReadModelRoutes => ({
  'GET /projections': async (_, response) => {
    const states = (await readModels.states()).filter(
      // Work is no read model, and is shown where it needs somebody.
      ({ name, status, setAside }) => name !== workName || status === 'stuck' || setAside.count > 0,
    )
    response.json({
      projections: states.map(({ name, version, generation, shown, status, position, events, failure, setAside }) => ({
        name,
        version,
        generation,
        shown,
        status,
        position,
        events,
        failure,
        set_aside: { count: setAside.count, newest: setAside.newest.map(setAsideJson) },
      })),
    })
  },

  'POST /projections/rebuilds': async (request, response) => {
    const { names = readModels.names } = bodyOf(rebuild, request)
    const unknown = names.find((name) => !readModels.names.includes(name))
    if (unknown !== undefined)
      refuse(404, 'names', `There is no projection ${unknown}. There are: ${readModels.names.join(', ')}.`)
    await readModels.rebuild(names)
    response.status(202).json({ names })
  },

  'GET /statistics': async (_, response) => {
    const states = await readModels.states()
    const [counts] = await read(totals())
    response.json({ events: Math.max(0, ...states.map(({ events }) => events)), ...counts })
  },
})
