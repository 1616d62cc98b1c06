import assert from 'node:assert/strict'
import { wakeQueue } from '../../src/simulators/wake-queue.ts'

/** Runs that end when they are told to. */
const runs = () => {
  const started: string[] = []
  const ends: (() => void)[] = []
  return {
    started,
    run: (item: string) => {
      started.push(item)
      return new Promise<void>((resolve) => ends.push(resolve))
    },
    endOne: async () => {
      ends.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

describe('A wake queue', () => {
  it('runs no more at once than it may, in the order of waking', async () => {
    const { run, started, endOne } = runs()
    const { wake } = wakeQueue(2, run)
    for (const item of ['a', 'b', 'c', 'd']) wake(item)
    assert.deepEqual(started, ['a', 'b'])
    await endOne()
    assert.deepEqual(started, ['a', 'b', 'c'])
  })

  it('runs once for many wakes that wait, and once more for a wake during the run', async () => {
    const { run, started, endOne } = runs()
    const { wake, idle } = wakeQueue(1, run)
    wake('a')
    wake('b')
    wake('b')
    wake('a')
    for (let ended = 0; ended < 3; ended += 1) await endOne()
    await idle()
    assert.deepEqual(started, ['a', 'b', 'a'])
  })

  it('forgets what waits when it is stopped, and lets what runs end', async () => {
    const { run, started, endOne } = runs()
    const { wake, idle, stop } = wakeQueue(1, run)
    wake('a')
    wake('b')
    stop()
    wake('c')
    await endOne()
    await idle()
    assert.deepEqual(started, ['a'])
  })
})
