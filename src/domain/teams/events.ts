/** Settings of hosts that are in no team belong to this one; it has no stream of its own. */
export const noTeam = '0'

export type TeamEvent =
  | { type: 'TeamCreated'; data: { name: string; description: string } }
  | { type: 'TeamRenamed'; data: { name: string; description: string } }
  | { type: 'TeamDeleted'; data: { name: string } }

/** The transfer of many hosts that a single move is part of, and when it was asked for (ISO 8601). */
export type PartOfTransfer = Readonly<{ id: string; askedAt: string }>

export type MembershipEvent = {
  type: 'HostTransferred'
  /** Without a `transfer`, it was asked for when it happened. */
  data: { teamId: string; from: string; because: 'asked' | 'team-deleted' | 'enrolled'; transfer?: PartOfTransfer }
}
