import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { Carve } from '../../../app/operational-ports.ts'
import { host } from '../../../domain/host/host.ts'
import { carveContext } from '../../agents/carving.ts'
import { refuse } from '../../errors.ts'
import { numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'

export const carveId = z.string().regex(/^\d{1,18}$/, 'This is no id of a carve.')

export const listQuery = z.object(paging(100, 1000))

type CarveRoutes = Pick<Handlers, 'GET /carves' | 'GET /carves/:id' | 'GET /carves/:id/block/:block'>

/** Files that agents carved, in Fleet's JSON. To fetch a block is to see what a host holds: it is recorded. */
export const carveRoutes = ({ carves, vault, execute }: Pick<App, 'carves' | 'vault' | 'execute'>): CarveRoutes => {
  const existing = async (id: string): Promise<Carve> =>
    (await carves.get(id)) ?? refuse(404, 'id', `The carve ${id} does not exist.`)

  return {
    'GET /carves': async (request, response) => {
      const page = queryOf(listQuery, request)
      const { limit, offset } = windowOf(page)
      const { rows, meta } = pageOf(await carves.page(limit, offset), page)
      response.json({ carves: rows.map(carveJson), meta })
    },

    'GET /carves/:id': async (request, response) => {
      response.json({ carve: carveJson(await existing(paramOf(carveId, request, 'id'))) })
    },

    'GET /carves/:id/block/:block': async (request, response, { cause }) => {
      const carve = await existing(paramOf(carveId, request, 'id'))
      const block = Number(paramOf(numberText, request, 'block'))
      const sealed = await carves.block(carve.id, block)
      if (sealed === null) return refuse(404, 'block', `The block ${String(block)} did not come.`)
      const bytes = await vault.open(carve.hostId, carveContext(carve.id, block), sealed)
      if (block === 0) await execute(host, carve.hostId, { type: 'NoteCarveView', data: { carve: carve.id } }, cause)
      response.type('application/octet-stream').send(Buffer.from(bytes))
    },
  }
}

export const carveJson = (carve: Carve) => ({
  id: Number(carve.id),
  created_at: carve.startedAt,
  host_id: Number(carve.hostId),
  name: `${carve.carveId}.tar`,
  block_count: carve.blockCount,
  block_size: carve.blockSize,
  carve_size: carve.size,
  carve_id: carve.carveId,
  request_id: carve.requestId,
  max_block: carve.received - 1,
  expired: false,
  finished_at: carve.finishedAt,
})
