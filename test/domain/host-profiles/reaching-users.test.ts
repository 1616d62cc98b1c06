import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { Platform } from '../../../src/domain/platforms.ts'
import { given } from '../../support/given.ts'
import { enrolled, opened, profileOf, reconcileTo, userChannel } from '../../support/host-stories.ts'

const soon = '2026-03-01T12:30:00.000Z'
const later = '2026-03-01T14:00:00.000Z'

/** By platform, scope, and whether a user has a channel: the channel that the setting is sent on, or null when it waits and is refused after two hours. */
const table: readonly (readonly [Platform, 'System' | 'User', boolean, 'device' | 'user' | null])[] = [
  ['darwin', 'System', false, 'device'],
  ['darwin', 'User', false, null],
  ['darwin', 'User', true, 'user'],
  ['ios', 'System', false, 'device'],
  ['ios', 'User', false, null],
  ['ipados', 'User', false, null],
  ['windows', 'System', false, 'device'],
  ['windows', 'User', false, 'device'],
]

describe('A setting for a user or for the device', () => {
  for (const [platform, scope, hasChannel, channel] of table)
    it(`of ${scope} scope on ${platform}, ${hasChannel ? 'with' : 'without'} a user channel, ${channel === null ? 'waits and is refused with a reason' : `is queued at once for the ${channel}`} [case A1]`, () => {
      const profile = { ...profileOf('mail'), scope }
      const history = [...enrolled(platform), ...(hasChannel ? [opened('token-u', userChannel)] : [])]
      given(host, history)
        .when(reconcileTo([profile], soon))
        .thenState(({ commands }) =>
          assert.deepEqual(
            [...commands.waiting.values()].map((command) => command.channel),
            channel === null ? [] : [channel === 'user' ? userChannel : 'device'],
          ),
        )
      given(host, history)
        .when(reconcileTo([profile], later))
        .thenState(({ commands, hostProfiles }) => {
          assert.equal(commands.waiting.size, channel === null ? 0 : 1)
          assert.deepEqual(hostProfiles['mail']?.refusedFor, channel === null ? 'no-user-channel' : undefined)
        })
    })

  it('that was refused for want of a user is sent once there is one [case A1]', () => {
    const mail = { ...profileOf('mail'), scope: 'User' as const }
    const refused: HostEvent = {
      type: 'ProfileRefused',
      data: {
        ...{ profileId: 'mail', identifier: mail.identifier, checksum: mail.checksum, scope: 'User' },
        ...{ because: 'no-user-channel', detail: 'Nobody.' },
      },
    }
    given(host, [...enrolled('windows'), refused])
      .when(reconcileTo([mail], later))
      .thenState(({ commands }) => assert.equal(commands.waiting.size, 1))
    given(host, [...enrolled(), refused])
      .when(reconcileTo([mail], later))
      .thenNothing()
    given(host, [...enrolled(), refused, opened('token-u', userChannel)])
      .when(reconcileTo([mail], later))
      .thenState(({ commands }) => assert.equal([...commands.waiting.values()][0]?.channel, userChannel))
  })
})
