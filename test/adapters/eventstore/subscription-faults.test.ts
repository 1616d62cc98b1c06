import assert from 'node:assert/strict'
import type { Log } from '../../../src/app/ports.ts'
import { aBench, fact, following, texts, until } from '../../support/eventstore-server/fixture.ts'

const stream = 'host-1'

describe('A subscription to EventStoreDB when things go wrong', function () {
  this.timeout(10_000)
  const { aServer, aLog, both } = aBench()

  for (const kind of ['error', 'ended'] as const) {
    it(`goes on after the server cut it (${kind}), telling every event once`, async () => {
      const { server, log } = await both()
      const numbers = Array.from({ length: 40 }, (_, index) => `fact ${String(index)}`)
      await log.append(stream, numbers.map(fact), 'no_stream')
      server.faults.subscription = (call) => (call <= 3 ? { kind, afterEvents: 9 } : undefined)
      assert.deepEqual(texts(await following(log, 40)), numbers)
      assert.equal(server.calls().subscription, 4)
    })
  }

  it('goes on after a restart of the server', async () => {
    const { server, log } = await both()
    await log.append(stream, [fact('one')], 'no_stream')
    const seen = following(log, 2)
    await until(() => server.openSubscriptions() === 1)
    server.stop()
    await server.start()
    await log.append(stream, [fact('two')], 0)
    assert.deepEqual(texts(await seen), ['one', 'two'])
  })

  it('does not wait for ever for a server that never confirms', async () => {
    const { server, log } = await both('&defaultDeadline=150')
    await log.append(stream, [fact('one')], 'no_stream')
    server.faults.subscription = (call) => (call === 1 ? { kind: 'silence', afterEvents: 0 } : undefined)
    assert.deepEqual(texts(await following(log, 1)), ['one'])
  })

  it('leaves nothing open on the server, however it ends', async () => {
    const { server, log } = await both()
    await log.append(stream, [fact('one')], 'no_stream')
    for await (const batch of log.subscribe({ after: null, signal: new AbortController().signal })) {
      assert.deepEqual(texts(batch), ['one'])
      assert.equal(server.openSubscriptions(), 1)
      break
    }
    await until(() => server.openSubscriptions() === 0)
    await following(log, 1)
    await until(() => server.openSubscriptions() === 0)
    const ending = assert.rejects(async () => {
      for await (const _ of log.subscribe({ after: null, signal: new AbortController().signal }))
        throw new Error('A consumer failed.')
    }, /A consumer failed/)
    await ending
    await until(() => server.openSubscriptions() === 0)
    assert.equal(server.calls().subscription, 3)
  })

  it('holds the server back while its consumer is busy', async () => {
    const { server, log } = await both()
    const total = 4_000
    for (let first = 0; first < total; first += 500) {
      const batch = Array.from({ length: 500 }, (_, index) => ({
        ...fact(String(first + index)),
        data: { text: 'x'.repeat(1_000) },
      }))
      await log.append(`host-${String(first)}`, batch, 'no_stream')
    }
    const stop = new AbortController()
    let seen = 0
    for await (const batch of log.subscribe({ after: null, maxBatch: 10, signal: stop.signal })) {
      if (seen === 0) {
        for (let before = -1; before !== server.calls().sentEvents;) {
          before = server.calls().sentEvents
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        assert.ok(server.calls().sentEvents < total / 4, `${String(server.calls().sentEvents)} events were sent ahead`)
      }
      assert.ok(batch.length <= 10)
      seen += batch.length
      if (seen >= total) stop.abort()
    }
    assert.equal(seen, total)
  })

  it('refuses a position of another engine', async () => {
    const { log } = await both()
    await assert.rejects(following(log, 1, '42'), /was not given by EventStoreDB/)
  })

  it('tells its log about lost subscriptions', async () => {
    const server = await aServer()
    const said: string[] = []
    const say = (_fields: object, message: string) => void said.push(message)
    const lines: Log = { info: say, warn: say, error: say }
    const log = await aLog(server.url, { log: lines })
    await log.append(stream, [fact('one'), fact('two')], 'no_stream')
    server.faults.subscription = (call) => (call === 1 ? { kind: 'ended', afterEvents: 1 } : undefined)
    await following(log, 2)
    assert.deepEqual(said, ['EventStoreDB ended a subscription; subscribing again.'])
  })
})
