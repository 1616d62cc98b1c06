import assert from 'node:assert/strict'
import { lanes } from '../../../src/adapters/eventstore/lanes.ts'
import { LogUnavailable } from '../../../src/app/ports.ts'

describe('Calls to the event store', () => {
  it('run a few at a time, in turn, and are refused when too many wait', async () => {
    const lane = lanes(2, 3)
    const finish: (() => void)[] = []
    const started: number[] = []
    const calls = Array.from({ length: 6 }, (_, index) =>
      lane(async () => {
        started.push(index)
        await new Promise<void>((resolve) => finish.push(resolve))
        if (index === 1) throw new Error('One failed.')
        return index
      }),
    )
    const settled = Promise.allSettled(calls)
    await assert.rejects(calls[5] ?? Promise.resolve(), LogUnavailable)
    assert.deepEqual(started, [0, 1])
    for (let done = 0; done < 5; done += 1) {
      finish[done]?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.deepEqual(started, [0, 1, 2, 3, 4])
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
    )
    assert.equal(await lane(() => Promise.resolve('free again')), 'free again')
  })
})
