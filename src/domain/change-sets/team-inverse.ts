import type { Recorded } from '../../kernel/event.ts'
import type { TeamEvent } from '../teams/events.ts'
import type { Course, Undoing } from './course.ts'
import { courseOf } from './course.ts'
import type { Inverse } from './inverses.ts'

/** A team; null: there is none. */
type Team = Readonly<{ name: string; description: string }> | null

const counts: ReadonlySet<string> = new Set(['TeamCreated', 'TeamRenamed', 'TeamDeleted'])

/** How a team fared. */
export const teamCourse = (events: readonly Recorded[], undoing: Undoing): Course<Team> | null =>
  courseOf<Team>(events, undoing, {
    initial: null,
    remember: (_, { type, data }) =>
      type === 'TeamDeleted' ? null : (data as Extract<TeamEvent, { type: 'TeamCreated' }>['data']),
    counts,
  })

/** Makes a team what it was; its hosts and settings have inverses of their own. */
export const teamInverse = (id: string, { before, after, now }: Course<Team>): readonly Inverse[] => {
  if (before === null) return after === null || now === null ? [] : [{ deed: 'delete-team', id, name: now.name }]
  if (now === null) return after === null ? [{ deed: 'restore-team', id, ...before }] : []
  const changed = after !== null && !isSame(before, after) && !isSame(before, now)
  return changed ? [{ deed: 'rename-team', id, ...before }] : []
}

const isSame = (one: NonNullable<Team>, other: NonNullable<Team>): boolean =>
  one.name === other.name && one.description === other.description
