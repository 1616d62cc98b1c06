import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { EventLog, NewEvent } from '../../src/app/ports.ts'
import { AppendTooLarge } from '../../src/app/ports.ts'
import { aStream, assertConflict, fact, metadata, summary, texts } from './event-log-samples.ts'

/** What an event log promises to those who write. */
export const appendingContract = (log: () => EventLog): void => {
  describe('appending', () => {
    it('numbers the events of a stream from 0 and answers with the last revision and position', async () => {
      const stream = aStream()
      const first = await log().append(stream, [fact('one'), fact('two')], 'no_stream')
      const second = await log().append(stream, [fact('three')], 1)
      assert.deepEqual([first.revision, second.revision], [1, 2])
      const events = await log().readStream(stream)
      assert.deepEqual(summary(events), [
        [0, 'one'],
        [1, 'two'],
        [2, 'three'],
      ])
      assert.deepEqual([events[1]?.position, events[2]?.position], [first.position, second.position])
      assert.ok(first.position < second.position)
    })

    it('gives back each event with its whole envelope, as it was', async () => {
      const data = { text: 'ä 漢 😀 \u0000 "\\', nested: [{ a: null }, [1, -2.5, 1e21, true]], empty: {}, $odd: '' }
      const event: NewEvent = { ...fact('one'), data }
      const id = `with-hyphens-${randomUUID()}`
      const { position, revision } = await log().append(`contract-${id}`, [event], 'no_stream')
      assert.deepEqual(await log().readStream(`contract-${id}`), [
        {
          type: event.type,
          data,
          eventId: event.eventId,
          id,
          category: 'contract',
          revision,
          position,
          at: metadata.at,
          metadata,
        },
      ])
    })

    for (const expected of ['any', 'stream_exists', -1, 0.5, Number.NaN])
      it(`takes nothing of a writer who expects ${String(expected)} of the stream [case P10]`, async () => {
        const stream = aStream()
        await assert.rejects(log().append(stream, [fact('one')], expected as never), /cannot be at revision/)
        assert.deepEqual(await log().readStream(stream), [])
      })

    it('refuses a writer who believes too little or too much, and writes nothing', async () => {
      const stream = aStream()
      await assertConflict(log().append(stream, [fact('early')], 0), { stream, expected: 0, actual: -1 })
      await log().append(stream, [fact('one'), fact('two')], 'no_stream')
      await assertConflict(log().append(stream, [fact('a'), fact('b')], 'no_stream'), {
        stream,
        expected: 'no_stream',
        actual: 1,
      })
      await assertConflict(log().append(stream, [fact('a'), fact('b')], 0), { stream, expected: 0, actual: 1 })
      await assertConflict(log().append(stream, [fact('a'), fact('b')], 7), { stream, expected: 7, actual: 1 })
      assert.deepEqual(texts(await log().readStream(stream)), ['one', 'two'])
    })

    it('takes appends of nearly 1 MiB whole', async () => {
      const stream = aStream()
      const events = Array.from({ length: 9 }, (_, index) => fact(`${String(index)} ${'x'.repeat(100_000)}`))
      assert.equal((await log().append(stream, events, 'no_stream')).revision, 8)
      assert.deepEqual(texts(await log().readStream(stream)), texts(events))
    })

    it('refuses appends of more than 1 MiB together, and writes nothing', async () => {
      const stream = aStream()
      const events = Array.from({ length: 12 }, () => fact('ä'.repeat(50_000)))
      await assert.rejects(log().append(stream, events, 'no_stream'), AppendTooLarge)
      assert.deepEqual(await log().readStream(stream), [])
      assert.equal((await log().append(stream, [fact('small')], 'no_stream')).revision, 0)
    })
  })

  describe('repeating an append', () => {
    it('of a new stream answers as the first time and writes nothing', async () => {
      const stream = aStream()
      const events = [fact('one'), fact('two')]
      const first = await log().append(stream, events, 'no_stream')
      assert.deepEqual(await log().append(stream, events, 'no_stream'), first)
      await log().append(stream, [fact('three')], 1)
      assert.deepEqual(await log().append(stream, events, 'no_stream'), first)
      assert.deepEqual(texts(await log().readStream(stream)), ['one', 'two', 'three'])
    })

    it('at a revision answers as the first time, also when the stream has moved on', async () => {
      const stream = aStream()
      await log().append(stream, [fact('one')], 'no_stream')
      const events = [fact('two'), fact('three')]
      const first = await log().append(stream, events, 0)
      assert.deepEqual(await log().append(stream, events, 0), first)
      await log().append(stream, [fact('four')], 2)
      assert.deepEqual(await log().append(stream, events, 0), first)
      assert.deepEqual(texts(await log().readStream(stream)), ['one', 'two', 'three', 'four'])
    })

    it('that was refused before is judged anew', async () => {
      const stream = aStream()
      const events = [fact('two')]
      await assertConflict(log().append(stream, events, 0), { stream, expected: 0, actual: -1 })
      await log().append(stream, [fact('one')], 'no_stream')
      assert.equal((await log().append(stream, events, 0)).revision, 1)
    })

    it('with other events behind the same first one is a conflict', async () => {
      const stream = aStream()
      const one = fact('one')
      await log().append(stream, [one, fact('two')], 'no_stream')
      await assertConflict(log().append(stream, [one, fact('other')], 'no_stream'), { stream, expected: 'no_stream', actual: 1 })
      assert.deepEqual(texts(await log().readStream(stream)), ['one', 'two'])
    })

    it('with more events than the first time is a conflict', async () => {
      const stream = aStream()
      const one = fact('one')
      await log().append(stream, [one], 'no_stream')
      await assertConflict(log().append(stream, [one, fact('two')], 'no_stream'), { stream, expected: 'no_stream', actual: 0 })
      assert.deepEqual(texts(await log().readStream(stream)), ['one'])
    })

    it('in another stream is another append', async () => {
      const [here, there, event] = [aStream(), aStream(), fact('one')]
      const first = await log().append(here, [event], 'no_stream')
      const second = await log().append(there, [event], 'no_stream')
      assert.ok(first.position < second.position)
      assert.deepEqual(texts(await log().readStream(there)), ['one'])
    })

    it('while the first is still under way writes once', async () => {
      const stream = aStream()
      const events = [fact('one'), fact('two')]
      const answers = await Promise.all(Array.from({ length: 5 }, () => log().append(stream, events, 'no_stream')))
      assert.deepEqual(new Set(answers.map(({ position }) => position)).size, 1)
      assert.deepEqual(texts(await log().readStream(stream)), ['one', 'two'])
    })
  })
}
