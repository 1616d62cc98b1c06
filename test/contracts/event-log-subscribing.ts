import assert from 'node:assert/strict'
import type { EventLog } from '../../src/app/ports.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import { aStream, collect, fact, facts, of, texts } from './event-log-samples.ts'

/** What an event log promises to those who follow it. */
export const subscribingContract = (log: () => EventLog): void => {
  describe('subscribing', () => {
    it('from null tells the whole history, then what comes', async () => {
      const stream = aStream()
      await log().append(stream, facts('old', 3), 'no_stream')
      const seen: string[] = []
      const stop = new AbortController()
      for await (const batch of log().subscribe({ after: null, maxBatch: 2, signal: stop.signal })) {
        assert.ok(batch.length >= 1 && batch.length <= 2)
        seen.push(...texts(of([stream], batch)))
        if (seen.length === 3 && seen.at(-1) === 'old2') await log().append(stream, [fact('new')], 2)
        if (seen.includes('new')) stop.abort()
      }
      assert.deepEqual(seen, ['old0', 'old1', 'old2', 'new'])
    })

    it('after a position tells only what is behind it', async () => {
      const stream = aStream()
      const { position } = await log().append(stream, facts('old', 3), 'no_stream')
      await log().append(stream, facts('new', 2), 2)
      const events = await collect(log(), { after: position, streams: [stream], count: 2 })
      assert.deepEqual(texts(events), ['new0', 'new1'])
    })

    it('tells several subscribers, each at its own place', async () => {
      const stream = aStream()
      const { position } = await log().append(stream, facts('old', 2), 'no_stream')
      const behind = collect(log(), { after: position, streams: [stream], count: 1 })
      const whole = collect(log(), { after: null, streams: [stream], count: 3 })
      await log().append(stream, [fact('new')], 1)
      assert.deepEqual(texts(await behind), ['new'])
      assert.deepEqual(texts(await whole), ['old0', 'old1', 'new'])
    })

    it('ends when the signal aborts while it waits', async () => {
      const stop = new AbortController()
      const batches = log()
        .subscribe({ after: await log().head(), signal: stop.signal })
        [Symbol.asyncIterator]()
      const next = batches.next()
      setImmediate(() => stop.abort())
      assert.equal((await next).done, true)
    })

    it('tells nothing when the signal has aborted before, or between two batches', async () => {
      const stream = aStream()
      const start = await log().head()
      await log().append(stream, facts('a', 4), 'no_stream')
      for await (const _ of log().subscribe({ after: start, signal: AbortSignal.abort() })) assert.fail('a batch was told')
      const stop = new AbortController()
      const told: Recorded[] = []
      for await (const batch of log().subscribe({ after: start, maxBatch: 1, signal: stop.signal })) {
        told.push(...of([stream], batch))
        if (told.length === 2) stop.abort()
      }
      assert.deepEqual(texts(told), ['a0', 'a1'])
    })
  })
}
