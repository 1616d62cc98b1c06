import type { WorkTable } from '../../kernel/work.ts'
import type { HostProfileEvent } from './events.ts'

/** When a host that acknowledged a profile is asked itself, if no agent has told by then, ms. */
const verifyAfterMs = 90 * 60 * 1000

const after = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()

export const work: WorkTable<HostProfileEvent> = {
  ProfileInstallFailed: ({ id, data }) => (data.willRetry ? [{ kind: 'reconcile-host', key: id }] : []),
  ProfilesObserved: ({ id, data }) =>
    data.missed.some(({ willRetry }) => willRetry) ? [{ kind: 'reconcile-host', key: id }] : [],
  ProfileInstalled: ({ id, at, data }) =>
    data.status === 'verifying' ? [{ kind: 'verify-host', key: id, dueAt: after(at, verifyAfterMs) }] : [],
  ProfileRemoved: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  ProfileOverrideEnded: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  ProfileResendAsked: ({ id }) => [{ kind: 'reconcile-host', key: id }],
}
