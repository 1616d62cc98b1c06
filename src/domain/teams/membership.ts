import type { Slice } from '../../kernel/slice.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { reject } from '../rejections.ts'
import type { MembershipEvent } from './events.ts'
import { noTeam } from './events.ts'

export type MembershipCommand =
  | { type: 'TransferHost'; data: { teamId: string; because: 'asked' } }
  /** Takes the host out of the team `from`, if that is where it still is. */
  | { type: 'TransferHost'; data: { teamId: string; because: 'team-deleted'; from: string } }

/** The team whose settings a host gets. */
export type Membership = Readonly<{ teamId: string }>

type Sees = Readonly<{ enrollment: Enrollment; membership: Membership }>

export const membership: Slice<MembershipCommand, MembershipEvent, Membership, Sees> = {
  initial: { teamId: noTeam },

  decide: {
    TransferHost: ({ data }, { enrollment, membership: now }) => {
      if (enrollment.hardwareId === null) reject('not-found', 'This host does not exist.', 'hosts')
      if (data.because === 'team-deleted' && data.from !== now.teamId) return []
      return data.teamId === now.teamId ? [] : [{ type: 'HostTransferred', data: { ...data, from: now.teamId } }]
    },
  },

  evolve: {
    HostTransferred: (_, { data }) => ({ teamId: data.teamId }),
  },
}
