import type { WorkTable } from '../../kernel/work.ts'
import type { MembershipEvent, TeamEvent } from './events.ts'

/** A deleted team's hosts and settings are taken apart by the worker; a moved host gets its new team's settings. */
export const work: WorkTable<TeamEvent | MembershipEvent> = {
  TeamDeleted: ({ id }) => [
    { kind: 'dissolve-team', key: id },
    { kind: 'release-names', key: `teams/${id}` },
  ],
  HostTransferred: ({ id }) => [{ kind: 'reconcile-host', key: id }],
}
