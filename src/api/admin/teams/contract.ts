import { z } from 'zod'
import { ofTeam as secretsOfTeam, replaceQuery, spec } from './enroll-secrets.ts'
import { creation, listQuery, present, renaming } from './teams.ts'
import { done, number, ofTeam, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'

const host_count = z.int().nullable().describe('Null for a team as it was.')

const team = component(
  'Team',
  z.object({ id: number, name: z.string(), description: z.string(), created_at: time, host_count }),
  present,
)

const design = {
  id: 4,
  name: 'Design',
  description: 'Everybody who draws',
  created_at: '2026-03-01T12:00:00.000Z',
  host_count: 12,
}

const secret = component('EnrollSecret', z.object({ secret: z.string(), created_at: time, team_id: number.optional() }))

const checked = z.object({ changed: z.int().describe('How many secrets would come and go.') })

const aSecret = { secret: 'wUe2dTq6nM1cXr8v', created_at: '2026-03-01T12:00:00.000Z' }

export const teamContracts = tagged('Teams', {
  'GET /teams': {
    summary: 'List teams',
    query: listQuery,
    replies: { 200: json(z.object({ teams: z.array(team) }), { teams: [design] }) },
  },
  'POST /teams': {
    summary: 'Make a team',
    body: json(creation, { name: 'Design', description: 'Everybody who draws' }),
    replies: { 200: json(z.object({ team }), { team: { ...design, host_count: 0 } }) },
  },
  'GET /teams/:id': {
    summary: 'Show a team',
    params: ofTeam,
    replies: { 200: json(z.object({ team }), { team: design }) },
  },
  'PATCH /teams/:id': {
    summary: 'Rename a team',
    params: ofTeam,
    body: json(renaming, { name: 'Design and Research' }),
    replies: { 200: json(z.object({ team }), { team: { ...design, name: 'Design and Research' } }) },
  },
  'DELETE /teams/:id': {
    summary: 'Delete a team',
    description: 'Its hosts go to no team, and lose its settings.',
    params: ofTeam,
    replies: { 200: done },
  },
  'GET /teams/:id/secrets': {
    summary: "Show a team's enroll secrets",
    description: 'Each time they are shown is recorded.',
    params: ofTeam,
    replies: { 200: json(z.object({ secrets: z.array(secret) }), { secrets: [{ ...aSecret, team_id: 4 }] }) },
  },
  'PATCH /teams/:id/secrets': {
    summary: "Replace a team's enroll secrets",
    params: ofTeam,
    query: replaceQuery,
    body: json(secretsOfTeam, { secrets: [{ secret: 'wUe2dTq6nM1cXr8v' }] }, { secrets: [{}] }),
    replies: {
      200: json(
        z.union([z.object({ secrets: z.array(secret) }), checked]),
        { secrets: [{ ...aSecret, team_id: 4 }] },
        { changed: 1 },
      ),
    },
  },
  'GET /spec/enroll_secret': {
    summary: 'Show the enroll secrets of no team',
    description: 'Each time they are shown is recorded.',
    replies: { 200: json(z.object({ spec: z.object({ secrets: z.array(secret) }) }), { spec: { secrets: [aSecret] } }) },
  },
  'POST /spec/enroll_secret': {
    summary: 'Replace the enroll secrets of no team',
    query: replaceQuery,
    body: json(spec, { spec: { secrets: [{ secret: 'wUe2dTq6nM1cXr8v' }] } }),
    replies: { 200: json(z.union([checked, z.object({})]), {}, { changed: 1 }) },
  },
})
