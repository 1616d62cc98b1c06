import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { teamsOfHosts } from '../../../projections/host-teams.ts'
import { transferById } from '../../../projections/transfers.ts'
import { refuse } from '../../errors.ts'
import { paramOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'
import { transferJson } from './transfer-presentation.ts'

export const transferId = z.uuid('This is no id of a transfer.')

/** How far a transfer of many hosts is. */
export const transferRoutes = ({ read }: Pick<App, 'read'>): Pick<Handlers, 'GET /transfers/:id'> => ({
  'GET /transfers/:id': async (request, response, { reach }) => {
    const id = paramOf(transferId, request, 'id')
    const [row] = await read(transferById(id))
    if (row === undefined) return refuse(404, 'id', `The transfer ${id} does not exist.`)
    if (reach === null) return void response.json({ transfer: transferJson(row) })
    // Where they were left may be a team that is none of the caller's.
    const left = (row.hosts_left ?? []).flatMap(({ hostIds }) => hostIds)
    const near = (await read(teamsOfHosts(left))).filter(({ team_id }) => reach.includes(team_id))
    const named = new Set(near.map(({ host_id }) => host_id))
    response.json({ transfer: transferJson(row, (hostId) => named.has(hostId)) })
  },
})
