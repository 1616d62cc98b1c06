import type { App } from '../../../app/app.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import { team } from '../../../domain/teams/team.ts'
import { allTeams } from '../../../projections/teams.ts'
import { refuse } from '../../errors.ts'

/** Answers 404 unless the team exists; "no team" always does. */
export const teamMustExist = async ({ load }: Pick<App, 'load'>, teamId: string): Promise<void> => {
  if (teamId !== noTeam && (await load(team, teamId)).state.stage !== 'present')
    refuse(404, 'team_id', `The team ${teamId} does not exist.`)
}

/** The id of the team with this name, without regard to case. Answers 404 when there is none. */
export const teamNamed = async ({ read }: Pick<App, 'read'>, name: string): Promise<string> => {
  const comparable = name.trim().normalize('NFC').toLowerCase()
  const teams = await read(allTeams())
  const found = teams.find((one) => one.name.normalize('NFC').toLowerCase() === comparable)
  return found?.team_id ?? refuse(404, 'team_name', `There is no team named ${name}.`)
}
