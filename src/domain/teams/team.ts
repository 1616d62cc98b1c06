import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import { reject } from '../rejections.ts'
import type { TeamEvent } from './events.ts'

export type TeamCommand =
  | { type: 'CreateTeam'; data: { name: string; description: string } }
  | { type: 'RenameTeam'; data: { name: string; description: string } }
  | { type: 'DeleteTeam'; data: object }
  /** Brings a deleted team back, under the id that settings and hosts knew it by. */
  | { type: 'RestoreTeam'; data: { name: string; description: string } }

export type Team = Readonly<{ stage: 'absent' | 'present' | 'deleted'; name: string; description: string }>

export const team: Decider<TeamCommand, TeamEvent, Team> = {
  category: 'team',
  initial: { stage: 'absent', name: '', description: '' },

  decide: decideBy<TeamCommand, TeamEvent, Team>({
    CreateTeam: ({ data }, now) => {
      if (now.stage !== 'absent') reject('already-exists', `The team ${data.name} already exists.`, 'name')
      return [{ type: 'TeamCreated', data }]
    },
    RenameTeam: ({ data }, now) => {
      mustExist(now)
      return data.name === now.name && data.description === now.description ? [] : [{ type: 'TeamRenamed', data }]
    },
    DeleteTeam: (_, now) => {
      if (now.stage === 'deleted') return []
      mustExist(now)
      return [{ type: 'TeamDeleted', data: { name: now.name } }]
    },
    RestoreTeam: ({ data }, now) => {
      if (now.stage === 'absent') reject('not-found', 'This team never was.', 'team_id')
      return now.stage === 'present' ? [] : [{ type: 'TeamCreated', data }]
    },
  }),

  evolve: evolveBy<TeamEvent, Team>({
    TeamCreated: (_, { data }) => ({ stage: 'present', ...data }),
    TeamRenamed: (_, { data }) => ({ stage: 'present', ...data }),
    TeamDeleted: (state) => ({ ...state, stage: 'deleted' }),
  }),
}

const mustExist = (now: Team): void => {
  if (now.stage !== 'present') reject('not-found', 'This team does not exist.', 'team_id')
}
