import type { Slice } from '../../kernel/slice.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { reject } from '../rejections.ts'
import type { MergeReason, MergingEvent } from './events.ts'

export type MergingCommand =
  /** To the host that lives on. */
  | { type: 'AbsorbHost'; data: { hostId: string; hardwareId: string; because: MergeReason } }
  | { type: 'SplitHost'; data: { hostId: string } }
  /** To the one that is the same device, before the other is told. */
  | { type: 'MergeAway'; data: { into: string; because: MergeReason } }
  | { type: 'ComeBack'; data: { because: 'asked' } }

/** `into`: the host that lives on in this one's place. `absorbed`: hardware ids of the hosts that this one is too, by host id. */
export type Merging = Readonly<{ into: string | null; absorbed: Readonly<Record<string, string>> }>

type Sees = Readonly<{ enrollment: Enrollment; merging: Merging }>

/** Which records are one device. Nothing is copied: each stream keeps its own past, and says where it goes on. */
export const merging: Slice<MergingCommand, MergingEvent, Merging, Sees> = {
  initial: { into: null, absorbed: {} },

  decide: {
    AbsorbHost: ({ data: { hostId, hardwareId, because } }, { enrollment, merging: now }) => {
      mustLiveOn(enrollment, now)
      return hostId in now.absorbed ? [] : [{ type: 'HostsMerged', data: { absorbed: hostId, hardwareId, because } }]
    },

    SplitHost: ({ data: { hostId } }, { merging: now }) =>
      hostId in now.absorbed ? [{ type: 'HostsSplit', data: { absorbed: hostId } }] : [],

    MergeAway: ({ data: { into, because } }, { enrollment, merging: now }) => {
      if (enrollment.hardwareId === null) reject('not-found', 'There is no such host.', 'host_id')
      if (now.into === into) return []
      if (now.into !== null) reject('identity-conflict', `The host was merged into host ${now.into} already.`, 'host_id')
      if (Object.keys(now.absorbed).length > 0)
        reject('identity-conflict', 'Others were merged into this host; split them off first.', 'host_id')
      if (enrollment.stage === 'started' || enrollment.stage === 'enrolled')
        reject('identity-conflict', 'The host is enrolled itself; only a host that is not can be merged into another.', 'host_id')
      return [{ type: 'HostMergedAway', data: { into, because } }]
    },

    ComeBack: ({ data: { because } }, { merging: now }) =>
      now.into === null ? [] : [{ type: 'HostCameBack', data: { from: now.into, because } }],
  },

  evolve: {
    HostsMerged: (state, { data }) => ({ ...state, absorbed: { ...state.absorbed, [data.absorbed]: data.hardwareId } }),
    HostsSplit: (state, { data }) => {
      const { [data.absorbed]: _, ...absorbed } = state.absorbed
      return { ...state, absorbed }
    },
    HostMergedAway: (state, { data }) => ({ ...state, into: data.into }),
    HostCameBack: (state) => ({ ...state, into: null }),
  },
}

/** Rejects unless others may be merged into this host. */
export const mustLiveOn = (enrollment: Enrollment, { into }: Merging): void => {
  if (enrollment.hardwareId === null) reject('not-found', 'There is no such host to merge into.', 'into')
  if (into !== null) reject('identity-conflict', `That host was merged into host ${into} itself.`, 'into')
}
