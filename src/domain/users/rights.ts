import type { Role } from '../server/events.ts'

export type TeamRole = Readonly<{ id: string; role: Role }>

/** One role everywhere, or roles in single teams; never both. Neither: a user who may do nothing but look after their own account. */
export type Rights = Readonly<{ globalRole: Role | null; teams: readonly TeamRole[] }>

/** The rights of a role everywhere. */
export const everywhere = (role: Role): Rights => ({ globalRole: role, teams: [] })

/** True when both allow the same. */
export const isSameRights = (one: Rights, other: Rights): boolean => wordsOf(one) === wordsOf(other)

const wordsOf = ({ globalRole, teams }: Rights): string =>
  [String(globalRole), ...teams.map(({ id, role }) => `${id} ${role}`).sort()].join('\n')
