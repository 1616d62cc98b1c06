import type { Slice } from '../../kernel/slice.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { Forgetting } from '../forgetting/state.ts'
import { reject } from '../rejections.ts'
import type { MembershipEvent, PartOfTransfer } from './events.ts'
import { noTeam } from './events.ts'

export type MembershipCommand =
  /** With `from`, only a host that is still there. */
  | { type: 'TransferHost'; data: { teamId: string; because: 'asked'; from?: string; transfer?: PartOfTransfer } }
  /** Takes the host out of the team `from`, if that is where it still is. */
  | { type: 'TransferHost'; data: { teamId: string; because: 'team-deleted'; from: string } }

/**
 * The team whose settings a host gets. `said`: when somebody last said so (ISO 8601), and by which transfer of many hosts; null: nobody did. That a
 * team was deleted is nobody's word about the host.
 */
export type Membership = Readonly<{ teamId: string; said: Readonly<{ at: string; transfer: string | null }> | null }>

type Sees = Readonly<{ enrollment: Enrollment; membership: Membership; forgetting: Forgetting }>

/**
 * Why a host stays where it is. `elsewhere`: it is not where it was to be taken from. `moved-since`, `forgotten`: that happened after the transfer
 * was asked for.
 */
export type Staying = 'already-there' | 'elsewhere' | 'moved-since' | 'forgotten'

/** Why a host would not be moved; null: it would be. */
export const whyItStays = (
  { teamId, ...data }: MembershipCommand['data'],
  { membership: now, forgetting }: Pick<Sees, 'membership' | 'forgetting'>,
): Staying | null => {
  if (teamId === now.teamId) return 'already-there'
  if (data.from !== undefined && data.from !== now.teamId) return 'elsewhere'
  if (data.because !== 'asked' || data.transfer === undefined) return null
  const { id, askedAt } = data.transfer
  if (forgetting.since !== null && forgetting.since > askedAt) return 'forgotten'
  return now.said !== null && now.said.transfer !== id && now.said.at > askedAt ? 'moved-since' : null
}

export const membership: Slice<MembershipCommand, MembershipEvent, Membership, Sees> = {
  initial: { teamId: noTeam, said: null },

  decide: {
    TransferHost: ({ data }, sees) => {
      if (sees.enrollment.hardwareId === null) reject('not-found', 'This host does not exist.', 'hosts')
      if (whyItStays(data, sees) !== null) return []
      const { teamId, because } = data
      const transfer = data.because === 'asked' && data.transfer !== undefined ? { transfer: data.transfer } : {}
      return [{ type: 'HostTransferred', data: { teamId, from: sees.membership.teamId, because, ...transfer } }]
    },
  },

  evolve: {
    HostTransferred: ({ said }, { at, data: { teamId, because, transfer } }) => ({
      teamId,
      said: because === 'team-deleted' ? said : { at: transfer?.askedAt ?? at, transfer: transfer?.id ?? null },
    }),
  },
}
