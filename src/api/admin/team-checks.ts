import type { App } from '../../app/app.ts'
import { noTeam } from '../../domain/teams/events.ts'
import { team } from '../../domain/teams/team.ts'
import { refuse } from '../errors.ts'

/** Answers 404 unless the team exists; "no team" always does. */
export const teamMustExist = async ({ load }: Pick<App, 'load'>, teamId: string): Promise<void> => {
  if (teamId !== noTeam && (await load(team, teamId)).state.stage !== 'present')
    refuse(404, 'team_id', `The team ${teamId} does not exist.`)
}
