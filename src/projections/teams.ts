import type { TeamEvent } from '../domain/teams/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type TeamRow = Readonly<{ team_id: string; name: string; description: string; created_at: string }>

export const teams: Projection<TeamEvent, TeamRow> = {
  name: 'teams',
  version: 1,
  schema: `
    team_id text not null,
    name text not null,
    description text not null,
    created_at timestamptz not null`,
  key: ['team_id'],

  on: {
    TeamCreated: ({ id, at, data }) => ({ where: { team_id: id }, set: { ...data, created_at: at } }),
    TeamRenamed: ({ id, data }) => ({ where: { team_id: id }, change: data }),
    TeamDeleted: ({ id }) => ({ where: { team_id: id }, remove: true }),
  },
}

type TeamWithHosts = TeamRow & Readonly<{ hosts: number }>

/** All teams by name, each with how many hosts it has. */
export const allTeams = () =>
  query<TeamWithHosts>`
    select t.*, (select coalesce(sum(c.hosts), 0) from cohorts c where c.team_id = t.team_id)::int as hosts
    from teams t order by t.name limit 10000`

export const teamById = (teamId: string) =>
  query<TeamWithHosts>`
    select t.*, (select coalesce(sum(c.hosts), 0) from cohorts c where c.team_id = t.team_id)::int as hosts
    from teams t where t.team_id = ${teamId}`
