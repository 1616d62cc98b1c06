import type { Slice } from '../../kernel/slice.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { Criteria, LabelMembershipEvent } from './events.ts'
import { matches } from './vitals.ts'

export type LabelMembershipCommand =
  /** What the host's agent answered to the queries of dynamic labels, by label id. */
  | { type: 'ReportLabels'; data: { memberships: Readonly<Record<string, boolean>> } }
  /** An admin put the host on the list of a manual label, or took it off. */
  | { type: 'ListOn'; data: { labelId: string; listed: boolean } }
  /** Looks at what the server knows of the host; `labels` are all that ask for vitals. */
  | { type: 'EvaluateVitals'; data: { labels: readonly Readonly<{ labelId: string; criteria: Criteria }>[] } }
  | { type: 'ForgetLabel'; data: { labelId: string } }

/** The labels of a host, and the dynamic ones that it has answered. */
export type LabelMembership = Readonly<{ members: ReadonlySet<string>; known: ReadonlySet<string> }>

type Sees = Readonly<{ enrollment: Enrollment; labels: LabelMembership }>

export const labels: Slice<LabelMembershipCommand, LabelMembershipEvent, LabelMembership, Sees> = {
  initial: { members: new Set(), known: new Set() },

  decide: {
    ReportLabels: ({ data: { memberships } }, { labels: now }) => {
      const learned = Object.keys(memberships).filter((labelId) => !now.known.has(labelId))
      return changed(memberships, now, { learned, because: 'reported' })
    },
    ListOn: ({ data: { labelId, listed } }, { labels: now }) =>
      changed({ [labelId]: listed }, now, { learned: [], because: 'listed' }),
    EvaluateVitals: ({ data }, { enrollment, labels: now }) => {
      if (enrollment.hardwareId === null) return []
      const memberships = Object.fromEntries(data.labels.map(({ labelId, criteria }) => [labelId, matches(criteria, enrollment)]))
      return changed(memberships, now, { learned: [], because: 'vitals' })
    },
    ForgetLabel: ({ data: { labelId } }, { labels: now }) =>
      changed({ [labelId]: false }, now, { learned: [], because: 'label-deleted' }),
  },

  evolve: {
    LabelMembershipChanged: ({ members, known }, { data: { joined, left, learned } }) => ({
      members: new Set([...[...members].filter((labelId) => !left.includes(labelId)), ...joined]),
      known: new Set([...known, ...learned]),
    }),
  },
}

const changed = (
  memberships: Readonly<Record<string, boolean>>,
  now: LabelMembership,
  how: Pick<LabelMembershipEvent['data'], 'learned' | 'because'>,
): readonly LabelMembershipEvent[] => {
  const joined = Object.keys(memberships).filter((labelId) => memberships[labelId] === true && !now.members.has(labelId))
  const left = Object.keys(memberships).filter((labelId) => memberships[labelId] === false && now.members.has(labelId))
  if (joined.length + left.length + how.learned.length === 0) return []
  return [{ type: 'LabelMembershipChanged', data: { joined, left, ...how } }]
}
