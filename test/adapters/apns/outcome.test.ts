import assert from 'node:assert/strict'
import { outcomeOf } from '../../../src/adapters/apns/outcome.ts'

const now = 1_750_000_000_000

const failing = (code: string, cause?: Error): Error => Object.assign(new Error('apn write failed', { cause }), { code })

describe('The outcome of a push that failed', () => {
  it('reads the time of a 410 as number or as text, and distrusts anything else', () => {
    const of = (timestamp: unknown) => outcomeOf({ status: 410, response: { reason: 'Unregistered', timestamp } }, now)
    assert.deepEqual(of(1_700_000_000_000), { kind: 'unregistered', since: 1_700_000_000_000 })
    assert.deepEqual(of('1700000000000'), { kind: 'unregistered', since: 1_700_000_000_000 })
    for (const odd of [-1, 'yesterday', null, {}, 1e300]) assert.deepEqual(of(odd), { kind: 'unregistered', since: now })
  })

  it('is the certificate when TLS says so, however deep the cause', () => {
    const alert = failing('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED')
    assert.deepEqual(outcomeOf({ error: failing('', alert) }, now), {
      kind: 'certificate-refused',
      reason: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
    })
  })

  it('is to be tried later when the connection broke, with the reason of the break', () => {
    assert.deepEqual(outcomeOf({ error: failing('', failing('ECONNREFUSED')) }, now), {
      kind: 'try-later',
      reason: 'ECONNREFUSED',
    })
    assert.deepEqual(outcomeOf({}, now), { kind: 'try-later', reason: 'connection lost or no reply' })
    assert.deepEqual(outcomeOf({ status: '(timeout)' }, now), { kind: 'try-later', reason: 'connection lost or no reply' })
  })

  it('repeats no long or strange reason', () => {
    assert.deepEqual(outcomeOf({ status: 404, response: { reason: 'x'.repeat(1000) } }, now), {
      kind: 'refused',
      reason: 'status 404',
    })
    assert.deepEqual(outcomeOf({ status: 502, response: { reason: 7 } }, now), { kind: 'try-later', reason: 'status 502' })
  })
})
