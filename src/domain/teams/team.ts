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
      mustBeFree(data.name)
      return [{ type: 'TeamCreated', data }]
    },
    RenameTeam: ({ data }, now) => {
      mustExist(now)
      if (data.name !== now.name) mustBeFree(data.name)
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

/** What hosts in no team, and all teams at once, are called, here and by Fleet. */
const reserved: Readonly<Record<string, string>> = {
  unassigned: 'hosts that are in no team',
  'no team': 'hosts that are in no team',
  'all teams': 'all teams at once',
  'all fleets': 'all teams at once',
}

/** Rejects a name that means something else than one team, in whatever case and with whatever blanks: whoever chose it would be misunderstood. */
export const mustBeFree = (name: string): void => {
  const plain = name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()
  const meaning = Object.hasOwn(reserved, plain) ? reserved[plain] : undefined
  if (meaning !== undefined) reject('name-reserved', `No team can be called ${name}: it is the name of ${meaning}.`, 'name')
}
