import type { App } from '../../../app/app.ts'
import type { Rights } from '../../../domain/users/rights.ts'
import type { Session } from '../../../app/session-ports.ts'
import { allTeams } from '../../../projections/teams.ts'
import type { UserRow } from '../../../projections/users.ts'
import type { Principal } from '../deps.ts'

/** Names of teams by id. */
export type TeamNames = ReadonlyMap<string, string>

export const teamNames = async ({ read }: Pick<App, 'read'>): Promise<TeamNames> =>
  new Map((await read(allTeams())).map(({ team_id, name }) => [team_id, name]))

/** Names of all teams, and those of them in which the rights count, as Fleet lists them. */
export const teamsSeenBy = async ({ read }: Pick<App, 'read'>, { globalRole, teams }: Rights) => {
  const rows = await read(allTeams())
  const own = new Set(teams.map(({ id }) => id))
  const available_teams = rows
    .filter(({ team_id }) => globalRole !== null || own.has(team_id))
    .map(({ team_id, name, description }) => ({ id: Number(team_id), name, description }))
  return { names: new Map(rows.map(({ team_id, name }) => [team_id, name])), available_teams }
}

/** As Fleet shows users. Teams that are gone are left out: a role in them opens nothing. */
export const userJson = (row: UserRow, teams: TeamNames) => ({
  id: Number(row.user_id),
  name: row.name,
  email: row.email,
  global_role: row.global_role,
  teams: teamsJson(row, teams),
  sso_enabled: row.sso_enabled,
  disabled: row.disabled,
  api_only: false,
  force_password_reset: false,
  created_at: row.created_at,
  updated_at: row.updated_at,
})

/** Who calls: a user, or a token in the place of one. */
export const principalJson = ({ user, name, rights }: Principal, teams: TeamNames) =>
  user === null
    ? {
        ...{ id: null, name, email: null, global_role: rights.globalRole, teams: teamsJson(rights, teams) },
        ...{ sso_enabled: false, disabled: false, api_only: true, force_password_reset: false },
      }
    : userJson(user, teams)

export const sessionJson = (session: Session, current: string | null) => ({
  id: session.id,
  kind: session.kind,
  current: session.id === current,
  created_at: session.createdAt,
  last_used_at: session.usedAt,
  expires_at: session.endsAt,
  address: session.address,
  user_agent: session.agent,
})

const teamsJson = ({ teams }: Pick<UserRow, 'teams'>, names: TeamNames) =>
  teams.flatMap(({ id, role }) => {
    const name = names.get(id)
    return name === undefined ? [] : [{ id: Number(id), name, role }]
  })
