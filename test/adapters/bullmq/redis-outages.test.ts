import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { BullmqWorkQueueSettings } from '../../../src/adapters/bullmq/work-queue.ts'
import { bullmqWorkQueue } from '../../../src/adapters/bullmq/work-queue.ts'
import type { Log, WorkQueue } from '../../../src/app/ports.ts'
import { gate, record } from '../../contracts/work-queue.contract.ts'
import type { TestRedis } from '../../support/redis.ts'
import { redisOrSkip } from '../../support/redis.ts'

const anHour = 3_600_000

describe('The work queue, when Redis is in trouble', function () {
  this.timeout(30_000)
  let redis: TestRedis
  let lines: string[] = []
  const log: Log = {
    info: () => undefined,
    warn: (fields, message) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    error: () => undefined,
  }
  const opened: WorkQueue[] = []
  const open = async (settings: Partial<BullmqWorkQueueSettings> = {}): Promise<WorkQueue> => {
    const queue = await bullmqWorkQueue({ backend: { kind: 'redis', url: redis.url }, log, retryDelayMs: 5, ...settings })
    opened.push(queue)
    return queue
  }

  before(async function () {
    redis = await redisOrSkip(this)
  })
  beforeEach(async () => {
    lines = []
    await redis.restart()
    await redis.flushall()
  })
  afterEach(async () => {
    for (const queue of opened.splice(0)) await queue.close()
  })
  after(async () => {
    await (redis as TestRedis | undefined)?.discard()
  })

  it('starts without Redis, says so, and works as soon as Redis is there', async () => {
    await redis.stop()
    const queue = await open()
    const heard = record()
    await queue.listen(['push', 'sweep'], (name) => Promise.resolve(heard.add(name)))
    await queue.schedule('sweep', anHour)
    assert.equal(await queue.hint('push'), false)
    assert.equal(await queue.healthy(), false)
    assert.ok(lines.length > 0)

    await redis.restart()
    await heard.atLeast(1)
    assert.deepEqual(heard.runs, ['sweep'])
    assert.equal(await queue.hint('push'), true)
    await heard.atLeast(2)
    assert.equal(await queue.healthy(), true)
  })

  it('answers no while Redis is down, and yes when it is back', async () => {
    const queue = await open()
    const heard = record()
    await queue.listen(['push'], (name) => Promise.resolve(heard.add(name)))
    await redis.kill()
    assert.equal(await queue.hint('push'), false)
    assert.equal(await queue.healthy(), false)
    await redis.restart()
    await until(() => queue.hint('push'))
    await heard.atLeast(1)
  })

  it('keeps what waits when Redis is killed and comes back', async () => {
    const teller = await open()
    assert.equal(await teller.hint('push'), true)
    await redis.kill()
    await redis.restart()
    const listener = await open()
    const heard = record()
    await listener.listen(['push'], (name) => Promise.resolve(heard.add(name)))
    await heard.atLeast(1)
    assert.deepEqual(heard.runs, ['push'])
  })

  it('goes on with a name whose handler ran while Redis was killed', async () => {
    const queue = await open()
    const [started, going, heard] = [gate(), gate(), record()]
    await queue.listen(['push'], async (name) => {
      started.open()
      await going.passed
      heard.add(name)
    })
    await queue.hint('push')
    await started.passed
    await redis.kill()
    going.open()
    await heard.atLeast(1)
    await redis.restart()
    await until(() => queue.hint('push'))
    await heard.atLeast(2)
  })

  it('loses waiting hints to FLUSHALL, and takes them again', async () => {
    const queue = await open()
    await queue.hint('push')
    await redis.flushall()
    const heard = record()
    await queue.listen(['push', 'last'], (name) => Promise.resolve(heard.add(name)))
    await queue.hint('last')
    await heard.atLeast(1)
    assert.deepEqual(heard.runs, ['last'])
    await queue.hint('push')
    await heard.atLeast(2)
    assert.deepEqual(heard.runs, ['last', 'push'])
  })

  it('gets a schedule back after FLUSHALL when it is scheduled again', async () => {
    const queue = await open()
    const heard = record()
    await queue.listen(['sweep'], (name) => Promise.resolve(heard.add(name)))
    await queue.schedule('sweep', anHour)
    await heard.atLeast(1)
    await redis.flushall()
    await queue.schedule('sweep', anHour)
    await heard.atLeast(2)
  })

  it('gets a schedule back after FLUSHALL by itself', async () => {
    const queue = await open({ keepSchedulesMs: 20 })
    const heard = record()
    await queue.listen(['sweep'], (name) => Promise.resolve(heard.add(name)))
    await queue.schedule('sweep', anHour)
    await heard.atLeast(1)
    await redis.flushall()
    await heard.atLeast(2)
  })

  it('gets a schedule back when Redis comes back empty', async () => {
    const queue = await open()
    const heard = record()
    await queue.listen(['sweep'], (name) => Promise.resolve(heard.add(name)))
    await queue.schedule('sweep', anHour)
    await heard.atLeast(1)
    await redis.flushall()
    await redis.kill()
    await redis.restart()
    await heard.atLeast(2)
  })

  it('runs no name twice at once, though FLUSHALL made the queue forget that it runs', async () => {
    const queue = await open()
    const [going, heard] = [gate(), record()]
    await queue.listen(['push', 'other'], async (name) => {
      heard.add(`${name} starts`)
      if (name === 'push') await going.passed
      heard.add(`${name} ends`)
    })
    await queue.hint('push')
    await heard.atLeast(1)
    await redis.flushall()
    assert.equal(await queue.hint('push'), true)
    await queue.hint('other')
    await heard.atLeast(3)
    going.open()
    await heard.atLeast(6)
    assert.deepEqual(heard.runs, ['push starts', 'other starts', 'other ends', 'push ends', 'push starts', 'push ends'])
  })

  it('runs a name in one process at a time', async () => {
    const [one, two, heard] = [await open(), await open(), record()]
    let [now, most] = [0, 0]
    for (const queue of [one, two]) {
      await queue.listen(['push'], async (name) => {
        most = Math.max(most, ++now)
        await Promise.all([one.hint('push'), two.hint('push')])
        now--
        heard.add(name)
      })
    }
    await one.hint('push')
    await heard.atLeast(20)
    assert.equal(most, 1)
  })

  it('takes up the work of a process that does not know its name later', async () => {
    const [stranger, knower, heard] = [await open({ retryDelayMs: 300 }), await open(), record()]
    await stranger.listen(['other'], () => Promise.resolve())
    await stranger.hint('push')
    await until(() => Promise.resolve(lines.some((line) => line.includes('does not listen to push'))))
    await stranger.close()
    await knower.listen(['push'], (name) => Promise.resolve(heard.add(name)))
    await heard.atLeast(1)
  })

  it('stores no word of what a handler complained about', async () => {
    const queue = await open()
    const heard = record()
    await queue.listen(['push'], (name) => {
      heard.add(name)
      return Promise.reject(new Error('The token hunter2 was refused.'))
    })
    await queue.hint('push')
    const connection = new Redis(redis.url)
    const stored = new Queue('muster-work', { connection, prefix: 'muster' })
    await until(async () => (await stored.getFailedCount()) === 1)
    const [job] = await stored.getFailed()
    await stored.close()
    connection.disconnect()
    assert.equal(heard.runs.length, 5)
    assert.equal(job?.failedReason, 'The handler failed; see the log.')
    assert.doesNotMatch(JSON.stringify(job), /hunter2/)
    assert.ok(lines.some((line) => line.includes('hunter2')))
  })

  it('closes while Redis is down', async () => {
    const queue = await open()
    await queue.listen(['push'], () => Promise.resolve())
    await queue.hint('push')
    await redis.kill()
    await until(async () => !(await queue.healthy()))
    await queue.close()
    assert.equal(await queue.hint('push'), false)
    assert.equal(await queue.healthy(), false)
  })

  it('closes when Redis goes at that very moment', async () => {
    const queue = await open()
    await queue.listen(['push'], () => Promise.resolve())
    await Promise.all([redis.kill(), queue.close()])
    assert.equal(await queue.hint('push'), false)
  })

  it('warns of a Redis that evicts', async () => {
    const client = new Redis(redis.url)
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    client.disconnect()
    await open()
    await until(() => Promise.resolve(lines.some((line) => line.includes('it must be noeviction'))))
  })

  it('refuses a URL that is none of Redis, and does not repeat it', async () => {
    for (const url of ['http://:hunter2@127.0.0.1/', 'hunter2']) {
      await assert.rejects(bullmqWorkQueue({ backend: { kind: 'redis', url }, log }), (error: Error) => {
        assert.match(error.message, /URL/)
        assert.doesNotMatch(error.message, /hunter2/)
        return true
      })
    }
  })
})

/** Asks until the answer is yes; the test's own time limit ends it. */
const until = async (ask: () => Promise<boolean>): Promise<void> => {
  while (!(await ask())) await sleep(20)
}
