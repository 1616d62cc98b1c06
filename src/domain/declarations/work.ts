import type { WorkTable } from '../../kernel/work.ts'
import type { DeclarationEvent } from './events.ts'
import { reportWithinMs } from './silence.ts'

/** Each wait has an end of its own: the key is `host/time`. */
const chase = (hostId: string, at: string) =>
  [
    { kind: 'chase-declarations', key: `${hostId}/${at}`, dueAt: new Date(Date.parse(at) + reportWithinMs).toISOString() },
  ] as const

export const work: WorkTable<DeclarationEvent> = {
  DeclarationResendAsked: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  DeclarationsAssigned: ({ id, at, data }) =>
    data.assigned.some(({ told }) => told?.status === 'verifying') ? chase(id, at) : [],
  DeclarationsTaken: ({ id, at }) => chase(id, at),
  DeclarationsReported: ({ id, at, data: { changed, lost = [] } }) =>
    lost.length > 0 || changed.some(({ profileId, status }) => profileId !== undefined && status === 'verifying')
      ? chase(id, at)
      : [],
}
