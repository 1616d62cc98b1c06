import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { paced } from '../../src/app/paced.ts'

/** Gives what has come since it was last asked, as a log does. */
const source = () => {
  const waiting: number[] = []
  let wake: () => void = () => undefined
  const signal = new AbortController()
  async function* batches() {
    while (!signal.signal.aborted) {
      if (waiting.length > 0) yield waiting.splice(0)
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return {
    tell: (...numbers: readonly number[]) => {
      waiting.push(...numbers)
      wake()
    },
    end: () => {
      signal.abort()
      wake()
    },
    paced: (everyMs: number, full = 100) => paced(batches(), { restAfter: () => everyMs, full, signal: signal.signal }),
  }
}

describe('Batches that are taken at a pace', () => {
  it('gather what comes while the last one is used, and keep its order', async () => {
    const log = source()
    const taken: (readonly number[])[] = []
    log.tell(1)
    for await (const batch of log.paced(20)) {
      taken.push(batch)
      if (taken.length === 1)
        for (const number of [2, 3, 4]) {
          log.tell(number)
          await turn()
        }
      if (taken.flat().length === 4) log.end()
    }
    assert.deepEqual(taken, [[1], [2, 3, 4]])
  })

  it('are fetched without a pause while they are full', async () => {
    const log = source()
    const taken: (readonly number[])[] = []
    log.tell(1, 2)
    // A pause of an hour would be seen.
    for await (const batch of log.paced(3_600_000, 2)) {
      taken.push(batch)
      if (taken.length < 3) log.tell(1, 2)
      else log.end()
    }
    assert.deepEqual(taken, [
      [1, 2],
      [1, 2],
      [1, 2],
    ])
  })

  it('end at once when they are to end, though a pause is under way', async () => {
    const log = source()
    log.tell(1)
    for await (const batch of log.paced(3_600_000)) {
      assert.deepEqual(batch, [1])
      log.end()
    }
  })
})
