import type { Decider } from '../../kernel/decider.ts'
import type { DeviceRefused, SecurityEvent } from './events.ts'

type SecurityCommand =
  | { type: 'RecordRefusal'; data: DeviceRefused['data'] }
  | { type: 'RecordRefusedSignIn'; data: Extract<SecurityEvent, { type: 'SignInRefused' }>['data'] }

/** What was refused, one stream a day. There is nothing to decide; how many are recorded is bounded at the edge. */
export const security: Decider<SecurityCommand, SecurityEvent, null> = {
  category: 'security',
  initial: null,
  decide: (command) =>
    command.type === 'RecordRefusal'
      ? [{ type: 'DeviceRefused', data: command.data }]
      : [{ type: 'SignInRefused', data: command.data }],
  evolve: (state) => state,
}
