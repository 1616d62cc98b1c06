import type { Channel } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import type { EnrollmentCommand } from './commands.ts'

/**
 * What the push service's word that a token is dead (since then, ms since 1970) asks of the host, which knows whether it has sent a newer one. A
 * user's takes the user's channel along, and no more.
 */
export const tokenFoundDead = (channel: Channel, since: number): EnrollmentCommand => {
  const said = { because: 'push-token-unregistered', since: new Date(since).toISOString() } as const
  return channel === deviceChannel ? { type: 'EndEnrollment', data: said } : { type: 'CloseChannel', data: { channel, ...said } }
}
