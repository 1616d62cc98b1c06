import type { WorkTable } from '../../kernel/work.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { LabelEvent, LabelMembershipEvent } from './events.ts'

/** The hosts follow the label's list, its criteria and its end; settings follow the hosts' labels. */
export const work: WorkTable<LabelEvent | LabelMembershipEvent | EnrollmentEvent> = {
  LabelCreated: ({ id, data }) => (data.kind === 'host-vitals' ? [{ kind: 'label-hosts', key: id }] : []),
  LabelEdited: ({ id, data }) => (data.criteria === null ? [] : [{ kind: 'label-hosts', key: id }]),
  LabelListed: ({ id }) => [{ kind: 'label-hosts', key: id }],
  LabelDeleted: ({ id }) => [
    { kind: 'label-hosts', key: id },
    { kind: 'release-names', key: `labels/${id}` },
  ],
  LabelMembershipChanged: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  HostDiscovered: ({ id }) => [{ kind: 'evaluate-host', key: id }],
  HostDescribed: ({ id }) => [{ kind: 'evaluate-host', key: id }],
  EnrollmentStarted: ({ id }) => [{ kind: 'evaluate-host', key: id }],
}
