import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { inParallel } from '../../src/app/in-parallel.ts'

const items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

describe('work in parallel', () => {
  it('answers in order, whatever is done first, and never does more than the limit at once', async () => {
    let running = 0
    let most = 0
    const answers = await inParallel(items, 3, async (item) => {
      most = Math.max(most, ++running)
      for (let wait = item; wait < 10; wait++) await turn()
      running--
      return item * 2
    })
    assert.deepEqual(
      answers,
      items.map((item) => item * 2),
    )
    assert.equal(most, 3)
  })

  it('has nothing to do with nothing', async () => {
    assert.deepEqual(await inParallel([], 3, () => Promise.reject(new Error('never'))), [])
  })

  it('fails with the first failure, begins nothing more, and waits for what was begun', async () => {
    const begun: number[] = []
    const ended: number[] = []
    const failing = inParallel(items, 3, async (item) => {
      begun.push(item)
      await turn()
      if (item === 1) throw new Error('first')
      await turn()
      await turn()
      if (item === 2) throw new Error('second')
      ended.push(item)
    })
    await assert.rejects(failing, /first/)
    assert.deepEqual(begun, [0, 1, 2])
    assert.deepEqual(ended, [0])
  })
})
