import assert from 'node:assert/strict'
import { readRefusal } from '../../../src/protocols/ade/refusal.ts'
import { skipKeys } from '../../../src/protocols/ade/skip-keys.ts'

const now = new Date('2026-12-01T10:00:00Z')
const read = (status: number, body: string, retryAfter: string | null = null) =>
  readRefusal('/devices', { status, body, retryAfter, now })

describe("An error of Apple's service", () => {
  it('is known by its word, bare, in quotation marks, with a line end or inside of JSON', () => {
    for (const body of ['EXPIRED_CURSOR', '"EXPIRED_CURSOR"', 'EXPIRED_CURSOR\n', '{"code":"EXPIRED_CURSOR"}'])
      assert.deepEqual([read(400, body).code, read(400, body).word], ['cursor-expired', 'EXPIRED_CURSOR'])
    assert.equal(read(404, '"DEVICE_NOT_FOUND"').word, 'DEVICE_NOT_FOUND')
    assert.equal(read(403, 'oauth_problem_adv=token_rejected').code, 'token-refused')
    assert.deepEqual([read(400, '"NEW_WORD"').code, read(400, '"NEW_WORD"').word], ['request-refused', 'NEW_WORD'])
  })

  it('without a word of Apple is known by its status', () => {
    assert.deepEqual(
      [401, 403, 404, 429, 500, 503].map((status) => read(status, '').code),
      ['session-ended', 'access-denied', 'not-found', 'throttled', 'failing', 'throttled'],
    )
    assert.equal(read(403, '<html>Blocked</html>').code, 'unintelligible')
  })

  it('may say how long to wait, in seconds or as a date, and a day at most', () => {
    assert.equal(read(503, '', '30').retryAfterMs, 30_000)
    assert.equal(read(503, '', 'Tue, 01 Dec 2026 10:02:00 GMT').retryAfterMs, 120_000)
    assert.equal(read(503, '', '999999999').retryAfterMs, 86_400_000)
    assert.equal(read(503, '', 'soon').retryAfterMs, null)
  })
})

describe('The panes of Setup Assistant', () => {
  it('are known with those of the newest systems', () => {
    assert.equal(skipKeys['DeviceFeaturesTour']?.['iOS']?.introduced, '27.0')
    assert.equal(skipKeys['Accessibility']?.['macOS']?.alwaysSkippable, false)
  })
})
