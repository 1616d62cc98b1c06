/** Settings of hosts that are in no team belong to this one; it has no stream of its own. */
export const noTeam = '0'

export type TeamEvent =
  | { type: 'TeamCreated'; data: { name: string; description: string } }
  | { type: 'TeamRenamed'; data: { name: string; description: string } }
  | { type: 'TeamDeleted'; data: { name: string } }

export type MembershipEvent = {
  type: 'HostTransferred'
  data: { teamId: string; from: string; because: 'asked' | 'team-deleted' | 'enrolled' }
}
