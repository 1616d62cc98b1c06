import type { WorkTable } from '../../kernel/work.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { RenewalEvent } from './events.ts'
import { answerWithinMs, renewalDue, renewalPauseMs } from './schedule.ts'

/** Whoever has a certificate renews it one day; whoever was asked to must have done so in time; whoever failed tries again. */
export const work: WorkTable<EnrollmentEvent | RenewalEvent> = {
  EnrollmentStarted: ({ id, data }) => inTime(id, data.notAfter ?? null),
  IdentityEndSeen: ({ id, data }) => inTime(id, data.notAfter),
  IdentityRenewed: ({ id, data }) => inTime(id, data.notAfter),
  IdentityRenewalRequested: ({ id, at }) => [{ kind: 'renew-identity', key: id, dueAt: after(at, answerWithinMs) }],
  IdentityRenewalFailed: ({ id, at, data }) => [
    { kind: 'renew-identity', key: id, dueAt: after(at, renewalPauseMs(data.attempt)) },
  ],
}

const inTime = (hostId: string, notAfter: string | null) =>
  notAfter === null ? [] : [{ kind: 'renew-identity', key: hostId, dueAt: renewalDue(hostId, notAfter) }]

const after = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()
