import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { WorkQueue } from '../../src/app/ports.ts'

export type WorkQueueOptions = Readonly<{
  /** Handlers at once, of different names. */
  concurrency?: number
}>

/** A store for queues. Each queue opened on it must retry after a few milliseconds; the contract closes it. */
export type WorkQueueStore = Readonly<{
  open: (options?: WorkQueueOptions) => Promise<WorkQueue>
  /** Forgets all hints and schedules. */
  empty: () => Promise<void>
  discard: () => Promise<void>
}>

/** A promise and the deed that fulfils it. */
export type Gate = Readonly<{ passed: Promise<void>; open: () => void }>

export const gate = (): Gate => {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

/** Collects what was run, and lets a test wait until there are so many. */
export const record = () => {
  const runs: string[] = []
  const watchers: { count: number; gate: Gate }[] = []
  return {
    runs,
    add: (run: string): void => {
      runs.push(run)
      for (const watcher of watchers) if (runs.length >= watcher.count) watcher.gate.open()
    },
    atLeast: (count: number): Promise<void> => {
      const watcher = { count, gate: gate() }
      watchers.push(watcher)
      if (runs.length >= count) watcher.gate.open()
      return watcher.gate.passed
    },
  }
}

/** What every work queue promises. */
export const workQueueContract = (title: string, store: (context: Mocha.Context) => Promise<WorkQueueStore>): void => {
  describe(title, function () {
    this.timeout(20_000)
    let under: WorkQueueStore
    const opened: WorkQueue[] = []
    const open = async (options?: WorkQueueOptions): Promise<WorkQueue> => {
      const queue = await under.open(options)
      opened.push(queue)
      return queue
    }

    before(async function () {
      this.timeout(60_000)
      under = await store(this)
    })
    afterEach(async () => {
      for (const queue of opened.splice(0)) await queue.close()
      await under.empty()
    })
    after(async () => {
      // Not there when the suite was skipped or its store did not start.
      await (under as WorkQueueStore | undefined)?.discard()
    })

    it('hands a hint to the one who listens to its name', async () => {
      const queue = await open()
      const heard = record()
      await queue.listen(['push', 'reconcile'], (name) => Promise.resolve(heard.add(name)))
      assert.equal(await queue.hint('push'), true)
      await heard.atLeast(1)
      assert.deepEqual(heard.runs, ['push'])
    })

    it('keeps hints until somebody listens, and makes one of many', async () => {
      const queue = await open({ concurrency: 1 })
      for (let hint = 0; hint < 10; hint++) assert.equal(await queue.hint('push'), true)
      await queue.hint('last')
      const heard = record()
      await queue.listen(['push', 'last'], (name) => Promise.resolve(heard.add(name)))
      await heard.atLeast(2)
      await queue.close()
      assert.deepEqual(heard.runs, ['push', 'last'])
    })

    it('runs a handler once more for all the hints that came while it ran', async () => {
      const queue = await open({ concurrency: 1 })
      const [started, going, heard] = [gate(), gate(), record()]
      await queue.listen(['push', 'last'], async (name) => {
        heard.add(name)
        started.open()
        await going.passed
        if (name === 'push' && heard.runs.length === 2) await queue.hint('last')
      })
      await queue.hint('push')
      await started.passed
      for (let hint = 0; hint < 5; hint++) assert.equal(await queue.hint('push'), true)
      going.open()
      await heard.atLeast(3)
      await queue.close()
      assert.deepEqual(heard.runs, ['push', 'push', 'last'])
    })

    it('never runs one name twice at once, however often it is hinted', async () => {
      const queue = await open()
      const heard = record()
      let [now, most] = [0, 0]
      await queue.listen(['push'], async (name) => {
        most = Math.max(most, ++now)
        await Promise.all([queue.hint('push'), queue.hint('push'), turn()])
        now--
        heard.add(name)
      })
      await Promise.all([queue.hint('push'), queue.hint('push'), queue.hint('push')])
      await heard.atLeast(10)
      assert.equal(most, 1)
    })

    it('runs different names side by side', async () => {
      const queue = await open()
      const [other, heard] = [gate(), record()]
      await queue.listen(['waits'], async (name) => {
        await other.passed
        heard.add(name)
      })
      await queue.listen(['opens'], (name) => {
        heard.add(name)
        other.open()
        return Promise.resolve()
      })
      await queue.hint('waits')
      await queue.hint('opens')
      await heard.atLeast(2)
      assert.deepEqual(heard.runs, ['opens', 'waits'])
    })

    it('runs a handler that throws again until it does not', async () => {
      const queue = await open({ concurrency: 1 })
      const heard = record()
      await queue.listen(['push', 'last'], async (name) => {
        heard.add(name)
        if (heard.runs.length < 3) throw new Error('Not yet.')
        if (name === 'push') await queue.hint('last')
      })
      await queue.hint('push')
      await heard.atLeast(4)
      await queue.close()
      assert.deepEqual(heard.runs, ['push', 'push', 'push', 'last'])
    })

    it('takes new hints of a name whose handler failed to the last attempt', async () => {
      const queue = await open()
      const heard = record()
      let broken = true
      await queue.listen(['push'], (name) => {
        heard.add(name)
        return broken ? Promise.reject(new Error('Broken.')) : Promise.resolve()
      })
      await queue.hint('push')
      await heard.atLeast(5)
      broken = false
      await queue.hint('push')
      await heard.atLeast(6)
      assert.equal(heard.runs.length, 6)
    })

    it('hints a schedule at once and then again and again, also when it is repeated all the time', async () => {
      const queue = await open()
      const heard = record()
      await queue.listen(['sweep'], async (name) => {
        heard.add(name)
        await queue.schedule('sweep', 30)
      })
      await queue.schedule('sweep', 30)
      await heard.atLeast(4)
      assert.equal(new Set(heard.runs).size, 1)
    })

    it('takes the newest interval of a schedule', async () => {
      const queue = await open()
      const heard = record()
      await queue.listen(['sweep'], (name) => Promise.resolve(heard.add(name)))
      await queue.schedule('sweep', 3_600_000)
      await heard.atLeast(1)
      await queue.schedule('sweep', 20)
      await heard.atLeast(4)
      assert.ok(await queue.healthy())
    })

    it('refuses an interval that is no whole number of milliseconds', async () => {
      const queue = await open()
      for (const everyMs of [0, -1, 1.5, Number.NaN, Infinity]) {
        await assert.rejects(queue.schedule('sweep', everyMs), RangeError)
      }
    })

    it('waits for running handlers when it closes', async () => {
      const queue = await open()
      const [started, going, heard] = [gate(), gate(), record()]
      await queue.listen(['push'], async () => {
        started.open()
        await going.passed
        await turn()
        heard.add('handled')
      })
      await queue.hint('push')
      await started.passed
      const closed = queue.close().then(() => {
        heard.add('closed')
      })
      assert.equal(await queue.hint('push'), false)
      going.open()
      await closed
      assert.deepEqual(heard.runs, ['handled', 'closed'])
    })

    it('is healthy until it closes; then it answers no, and does not mind being closed again', async () => {
      const queue = await open()
      assert.equal(await queue.healthy(), true)
      await queue.close()
      await queue.close()
      assert.equal(await queue.healthy(), false)
      assert.equal(await queue.hint('push'), false)
      await queue.schedule('push', 1000)
      await assert.rejects(
        queue.listen(['push'], () => Promise.resolve()),
        /closed/,
      )
    })
  })
}
