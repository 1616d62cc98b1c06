import type { Decider } from '../../kernel/decider.ts'
import type { SecurityEvent } from './events.ts'

type SecurityCommand = { type: 'RecordRefusal'; data: SecurityEvent['data'] }

/** What was refused, one stream a day. There is nothing to decide; how many are recorded is bounded at the edge. */
export const security: Decider<SecurityCommand, SecurityEvent, null> = {
  category: 'security',
  initial: null,
  decide: ({ data }) => [{ type: 'DeviceRefused', data }],
  evolve: (state) => state,
}
