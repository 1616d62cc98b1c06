import type { WorkTable } from '../../kernel/work.ts'
import type { HostProfileEvent } from './events.ts'

export const work: WorkTable<HostProfileEvent> = {
  ProfileInstallFailed: ({ id, data }) => (data.willRetry ? [{ kind: 'reconcile-host', key: id }] : []),
  ProfileRemoved: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  ProfileResendAsked: ({ id }) => [{ kind: 'reconcile-host', key: id }],
}
