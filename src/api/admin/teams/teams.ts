import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { names } from '../../../domain/names/names.ts'
import { mustBeFree, team } from '../../../domain/teams/team.ts'
import type { Cause } from '../../../kernel/event.ts'
import { derivedNumber } from '../../../kernel/ids.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import { allTeams, teamById } from '../../../projections/teams.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, numberText, paging, paramOf, queryOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../deps.ts'

const name = z.string().trim().min(1, 'A team needs a name.').max(255)
const description = z.string().trim().max(2000)

export const creation = z.object({ name, description: description.default('') })

export const renaming = z.object({ name: name.optional(), description: description.optional() })

/** What lists may be ordered by. */
const orders = {
  name: ({ name: called }: Listed) => called.toLowerCase(),
  id: ({ team_id }: Listed) => Number(team_id),
  created_at: ({ created_at }: Listed) => created_at,
  host_count: ({ hosts }: Listed) => hosts,
} as const

type Listed = Parameters<typeof present>[0]

export const listQuery = z.object({
  query: z.string().trim().max(255).optional().describe('A part of the name.'),
  order_key: z.enum(Object.keys(orders) as [keyof typeof orders]).default('name'),
  order_direction: z.enum(['asc', 'desc']).default('asc'),
  ...paging(10_000, 10_000),
})

/** The scope in which teams' names are unique. */
const scope = 'teams'

type TeamRoutes = Pick<Handlers, 'GET /teams' | 'POST /teams' | 'GET /teams/:id' | 'PATCH /teams/:id' | 'DELETE /teams/:id'>

export const teamRoutes = (app: App): TeamRoutes => {
  const claim = async (teamId: string, teamName: string, cause: Cause): Promise<void> => {
    const command = { type: 'ClaimNames', data: { holder: teamId, names: [comparable(teamName)] } } as const
    try {
      await app.execute(names, scope, command, cause)
    } catch (error) {
      if (!(error instanceof Rejection) || error.code !== 'name-taken') throw error
      refuse(409, 'name', `A team named ${teamName} already exists.`)
    }
  }

  const teamJson = async (teamId: string) => {
    const [row] = await app.read(teamById(teamId))
    return row === undefined ? refuse(404, 'id', `The team ${teamId} does not exist.`) : present(row)
  }

  return {
    'GET /teams': async (request, response, { reach }) => {
      const { query = '', order_key, order_direction, page, per_page } = queryOf(listQuery, request)
      const rows = (await app.read(allTeams())).filter(
        ({ team_id, name: called }) => (reach?.includes(team_id) ?? true) && comparable(called).includes(comparable(query)),
      )
      const [by, sign] = [orders[order_key], order_direction === 'asc' ? 1 : -1]
      const ordered = rows.toSorted((one, other) => sign * (by(one) < by(other) ? -1 : by(one) > by(other) ? 1 : 0))
      response.json({ teams: ordered.slice(page * per_page, (page + 1) * per_page).map(present) })
    },

    'POST /teams': async (request, response, { cause }) => {
      const data = bodyOf(creation, request)
      const teamId = derivedNumber(`team/${randomUUID()}`)
      mustBeFree(data.name)
      await claim(teamId, data.name, cause)
      const created = await app.execute(team, teamId, { type: 'CreateTeam', data }, cause)
      const created_at = created.events[0]?.at ?? null
      await answer(app, response, created, () => ({ team: { id: Number(teamId), ...data, created_at, host_count: 0 } }))
    },

    'GET /teams/:id': async (request, response) => {
      response.json({ team: await teamJson(paramOf(numberText, request, 'id')) })
    },

    'PATCH /teams/:id': async (request, response, { cause }) => {
      const teamId = paramOf(numberText, request, 'id')
      const wish = bodyOf(renaming, request)
      const { state: was } = await app.load(team, teamId)
      if (was.stage !== 'present') return refuse(404, 'id', `The team ${teamId} does not exist.`)
      const data = { name: wish.name ?? was.name, description: wish.description ?? was.description }
      if (data.name !== was.name) mustBeFree(data.name)
      await claim(teamId, data.name, cause)
      const renamed = await app.execute(team, teamId, { type: 'RenameTeam', data }, cause)
      await answer(app, response, renamed, async () => ({ team: { ...(await teamJson(teamId)), ...data } }))
    },

    'DELETE /teams/:id': async (request, response, { cause }) => {
      const teamId = paramOf(numberText, request, 'id')
      const deleted = await app.execute(team, teamId, { type: 'DeleteTeam', data: {} }, cause)
      await app.execute(names, scope, { type: 'ReleaseNames', data: { holder: teamId } }, cause)
      await answer(app, response, deleted, () => ({}))
    },
  }
}

/** Names that differ in case only would be taken for each other by people. */
const comparable = (teamName: string): string => teamName.normalize('NFC').toLowerCase()

export const present = (
  row: Readonly<{ team_id: string; name: string; description: string; created_at: string; hosts: number }>,
) => ({
  id: Number(row.team_id),
  name: row.name,
  description: row.description,
  created_at: row.created_at,
  host_count: row.hosts,
})
