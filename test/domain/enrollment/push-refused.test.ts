import assert from 'node:assert/strict'
import { nextStepOf } from '../../../src/api/admin/commands/next-step.ts'
import { pushRefusal } from '../../../src/domain/enrollment/push-problems.ts'
import { host } from '../../../src/domain/host/host.ts'
import { tell } from '../../../src/domain/host/story.ts'
import { given } from '../../support/given.ts'
import { enrolled } from '../../support/host-stories.ts'

const problems: readonly (readonly [string, RegExp, RegExp])[] = [
  ['BadDeviceToken', /push token is not one of this push certificate \(BadDeviceToken\)/, /enrolls again/],
  ['DeviceTokenNotForTopic', /another topic/, /enrolls again/],
  ['no push certificate', /no push certificate for its topic/, /once the server has a push certificate/],
  ['BadCertificate', /does not take the push certificate/, /once the server has a push certificate/],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', /does not take the push certificate \(ERR_SSL/, /once the server has/],
  ['TopicDisallowed', /not for its topic/, /once the server has/],
  ['ChannelGone', /push address has ended/, /tells a new address/],
  ['The service answered 503.', /said: The service answered 503/, /tried again/],
  ['toString', /said: toString/, /tried again/],
]

describe('A push that was not taken', () => {
  const queued = {
    channel: 'device',
    platform: 'darwin',
    held: null,
    queued_at: '2026-03-01T12:00:00.000Z',
    updated_at: '2026-03-01T12:00:00.000Z',
    deadline: null,
  }

  for (const [problem, why, follows] of problems)
    it(`is told as what the push service said, and what follows, never as a waking: ${problem} [case I1]`, () => {
      const refusal = pushRefusal(problem)
      assert.match(refusal.why, why)
      assert.match(refusal.follows, follows)
      const row = { ...queued, status: 'queued', pushed_at: '2026-03-01T12:00:01.000Z', push_problem: problem } as const
      const step = nextStepOf(row)
      assert.doesNotMatch(step?.text ?? '', /was woken/)
      assert.match(step?.text ?? '', why)
      assert.match(step?.text ?? '', follows)
    })

  it('is told as a waking when it was taken [case I1]', () => {
    const row = { ...queued, status: 'queued', pushed_at: '2026-03-01T12:00:01.000Z', push_problem: null } as const
    assert.match(nextStepOf(row)?.text ?? '', /The host was woken at 2026-03-01T12:00:01.000Z/)
  })

  it('stands in the history of its host once, however often it is tried, until it is taken again [case I1]', () => {
    const noted = (refused: string | null) => ({ type: 'NotePush', data: { channel: 'device', refused } }) as const
    given(host, enrolled())
      .when(noted(null))
      .thenNothing()
      .when(noted('BadDeviceToken'))
      .then([{ type: 'PushRefused', data: { channel: 'device', reason: 'BadDeviceToken' } }])
      .andAgainNothing()
      .when(noted(null))
      .then([{ type: 'PushTaken', data: { channel: 'device' } }])
      .andAgainNothing()
    given(host, []).when(noted('BadDeviceToken')).thenNothing()
    assert.deepEqual(tell({ type: 'PushRefused', data: { channel: 'device', reason: 'BadDeviceToken' } }), {
      sentence: 'The host cannot be woken: its push token is not one of this push certificate (BadDeviceToken).',
      why: 'The host gets it when it calls by itself, or tells a new push token when it enrolls again.',
    })
  })
})
