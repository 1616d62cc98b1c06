import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import { reject } from '../rejections.ts'
import type { LabelDefinition, LabelEvent, LabelKind } from './events.ts'

export type LabelCommand =
  | { type: 'CreateLabel'; data: LabelDefinition & { kind: LabelKind } }
  | { type: 'EditLabel'; data: LabelDefinition }
  /** Puts hosts on the list of a manual label, and takes others off. */
  | { type: 'ListHosts'; data: { join: readonly string[]; leave: readonly string[] } }
  | { type: 'DeleteLabel'; data: object }
  /** Brings a deleted label back, under the id that settings name it by; its list is empty. */
  | { type: 'RestoreLabel'; data: LabelDefinition & { kind: LabelKind } }

export type Label =
  | Readonly<{ stage: 'absent' | 'deleted' }>
  | Readonly<{ stage: 'present'; kind: LabelKind; definition: LabelDefinition; listed: ReadonlySet<string> }>

/** A group of hosts that settings can be aimed at. */
export const label: Decider<LabelCommand, LabelEvent, Label> = {
  category: 'label',
  initial: { stage: 'absent' },

  decide: decideBy<LabelCommand, LabelEvent, Label>({
    CreateLabel: ({ data }, now) => {
      if (now.stage !== 'absent') reject('already-exists', `The label ${data.name} already exists.`, 'name')
      return [{ type: 'LabelCreated', data }]
    },
    EditLabel: ({ data }, now) => {
      if (now.stage !== 'present') return reject('not-found', 'This label does not exist.', 'id')
      return JSON.stringify(inOrder(data)) === JSON.stringify(inOrder(now.definition)) ? [] : [{ type: 'LabelEdited', data }]
    },
    ListHosts: ({ data: { join, leave } }, now) => {
      if (now.stage !== 'present') return reject('not-found', 'This label does not exist.', 'id')
      if (now.kind !== 'manual') return reject('not-supported', 'Only the hosts of a manual label are listed by hand.', 'hosts')
      const joined = [...new Set(join)].filter((hostId) => !now.listed.has(hostId))
      const left = [...new Set(leave)].filter((hostId) => now.listed.has(hostId) && !join.includes(hostId))
      return joined.length + left.length === 0 ? [] : [{ type: 'LabelListed', data: { joined, left } }]
    },
    DeleteLabel: (_, now) => {
      if (now.stage === 'absent') return reject('not-found', 'This label does not exist.', 'id')
      return now.stage === 'present' ? [{ type: 'LabelDeleted', data: { name: now.definition.name } }] : []
    },
    RestoreLabel: ({ data }, now) => {
      if (now.stage === 'absent') return reject('not-found', 'This label never was.', 'id')
      return now.stage === 'present' ? [] : [{ type: 'LabelCreated', data }]
    },
  }),

  evolve: evolveBy<LabelEvent, Label>({
    LabelCreated: (_, { data: { kind, ...definition } }) => ({ stage: 'present', kind, definition, listed: new Set() }),
    LabelEdited: (state, { data }) => (state.stage === 'present' ? { ...state, definition: data } : state),
    LabelListed: (state, { data: { joined, left } }) =>
      state.stage === 'present'
        ? { ...state, listed: new Set([...[...state.listed].filter((hostId) => !left.includes(hostId)), ...joined]) }
        : state,
    LabelDeleted: () => ({ stage: 'deleted' }),
  }),
}

const inOrder = ({ name, description, platform, query, criteria }: LabelDefinition) => [
  name,
  description,
  platform,
  query,
  criteria?.vital,
  criteria?.value,
]
