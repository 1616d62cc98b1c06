import type { WorkTable } from '../../kernel/work.ts'
import type { DeclarationEvent } from './events.ts'

/** How long a host may stay silent about declarations that it took, ms. */
const reportWithinMs = 24 * 60 * 60 * 1000

export const work: WorkTable<DeclarationEvent> = {
  DeclarationResendAsked: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  DeclarationsTaken: ({ id, at }) => [
    { kind: 'chase-declarations', key: id, dueAt: new Date(Date.parse(at) + reportWithinMs).toISOString() },
  ],
}
