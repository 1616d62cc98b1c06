import type { Recorded } from '../../kernel/event.ts'
import type { TeamEvent } from './events.ts'

/** A team as it was shown; `createdAt` is ISO 8601. */
export type TeamFacts = Readonly<{ name: string; description: string; createdAt: string; deleted: boolean }>

/** A team from its stream, event by event. */
export const teamFacts = {
  category: 'team',
  initial: { name: '', description: '', createdAt: '', deleted: true },
  evolve: (was: TeamFacts, event: Recorded<TeamEvent>): TeamFacts => {
    if (event.type === 'TeamCreated') return { ...event.data, createdAt: event.at, deleted: false }
    if (event.type === 'TeamRenamed') return { ...was, ...event.data }
    return event.type === 'TeamDeleted' ? { ...was, deleted: true } : was
  },
}
