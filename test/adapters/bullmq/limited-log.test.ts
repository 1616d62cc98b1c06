import assert from 'node:assert/strict'
import { limitedLog } from '../../../src/adapters/bullmq/limited-log.ts'

describe('The log of a troubled work queue', () => {
  const logged = (now: () => number) => {
    const lines: object[] = []
    const log = { info: () => undefined, warn: (fields: object) => void lines.push(fields), error: () => undefined }
    return { lines, complain: limitedLog(log, now) }
  }

  it('tells of each kind once a second, and how much it left out', () => {
    let now = 0
    const { lines, complain } = logged(() => now)
    for (now = 0; now < 1000; now += 100) complain('worker', new Error(`Down at ${String(now)}.`))
    complain('producer', 'gone', { name: 'push' })
    now = 1000
    complain('worker', new Error('Still down.'))
    assert.deepEqual(lines, [
      { kind: 'worker', error: 'Down at 0.', leftOut: 0 },
      { kind: 'producer', error: 'gone', leftOut: 0, name: 'push' },
      { kind: 'worker', error: 'Still down.', leftOut: 9 },
    ])
  })

  it('tells no more of an error than its message', () => {
    const { lines, complain } = logged(() => 0)
    complain('connection', Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } }))
    complain(
      'worker',
      new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED 127.0.0.1:1')], ''),
    )
    assert.deepEqual(lines, [
      { kind: 'connection', error: 'WRONGPASS', leftOut: 0 },
      { kind: 'worker', error: 'connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1', leftOut: 0 },
    ])
  })
})
