import assert from 'node:assert/strict'
import type { EventLog } from '../../src/app/ports.ts'
import { RevisionConflict } from '../../src/app/ports.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import { aStream, assertConflict, assertInOrder, collect, fact, facts, of, texts } from './event-log-samples.ts'
import { appendAtEnd } from '../support/append-at-end.ts'

/** What an event log promises to those who read, also while others write. */
export const readingContract = (log: () => EventLog): void => {
  describe('reading a stream', () => {
    it('finds nothing in an absent stream', async () => {
      assert.deepEqual(await log().readStream(aStream()), [])
    })

    it('starts at a revision and stops at a limit', async () => {
      const stream = aStream()
      await log().append(stream, facts('a', 5), 'no_stream')
      assert.deepEqual(texts(await log().readStream(stream, { from: 3 })), ['a3', 'a4'])
      assert.deepEqual(texts(await log().readStream(stream, { limit: 2 })), ['a0', 'a1'])
      assert.deepEqual(texts(await log().readStream(stream, { from: 1, limit: 2 })), ['a1', 'a2'])
      assert.deepEqual(await log().readStream(stream, { from: 5 }), [])
    })
  })

  describe('reading all', () => {
    it('pages through every stream in the order of writing', async () => {
      const start = await log().head()
      const [a, b] = [aStream(), aStream()]
      await log().append(a, facts('a', 4), 'no_stream')
      await log().append(b, facts('b', 4), 'no_stream')
      await log().append(a, [fact('a4')], 3)
      const read: Recorded[] = []
      for (let after = start; ;) {
        const page = await log().readAll({ after, limit: 2 })
        assert.ok(page.length <= 2)
        const last = page.at(-1)
        if (last === undefined) break
        read.push(...page)
        after = last.position
      }
      assertInOrder(read, start)
      assert.deepEqual(texts(of([a, b], read)), ['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'b2', 'b3', 'a4'])
    })

    it('starts at the beginning after null', async () => {
      const { position } = await log().append(aStream(), facts('a', 2), 'no_stream')
      const [first, second] = await log().readAll({ after: null, limit: 2 })
      assert.ok(first !== undefined && second !== undefined && second.position <= position)
      assertInOrder([first, second], null)
      assert.deepEqual(await log().readAll({ after: first.position, limit: 1 }), [second])
    })

    it('tells the last position as the head', async () => {
      const stream = aStream()
      const { position } = await log().append(stream, facts('a', 2), 'no_stream')
      const head = await log().head()
      assert.ok(head !== null && head >= position)
      assert.deepEqual(of([stream], await log().readAll({ after: head, limit: 10 })), [])
    })
  })

  describe('writing at the same time', () => {
    it('gives one stream to one writer at a time: every append of 8 writers who retry stands once, in one order', async () => {
      const stream = aStream()
      const write = async (writer: number) => {
        for (let turn = 0; turn < 4;) {
          const current = (await log().readStream(stream)).length
          try {
            await log().append(stream, [fact(`${String(writer)}.${String(turn)}`)], current === 0 ? 'no_stream' : current - 1)
            turn++
          } catch (error) {
            assert.ok(error instanceof RevisionConflict, String(error))
          }
        }
      }
      await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))
      const events = await log().readStream(stream)
      assert.equal(new Set(texts(events)).size, 32)
      assert.deepEqual(
        events.map(({ revision }) => revision),
        events.map((_, index) => index),
      )
    })

    it('takes the appends of many writers to one stream, each once', async () => {
      const stream = aStream()
      const answers = await Promise.all(facts('a', 20).map((event) => appendAtEnd(log(), stream, [event])))
      assert.equal(new Set(answers.map(({ revision }) => revision)).size, 20)
      assert.equal((await log().readStream(stream)).length, 20)
    })

    it('lets one conflict in a crowd hit nobody else', async () => {
      const taken = aStream()
      await log().append(taken, [fact('one')], 'no_stream')
      const free = Array.from({ length: 10 }, aStream)
      const refused = assertConflict(log().append(taken, [fact('x')], 'no_stream'), {
        stream: taken,
        expected: 'no_stream',
        actual: 0,
      })
      const answers = await Promise.all(free.map((stream) => log().append(stream, [fact('one')], 'no_stream')))
      await refused
      assert.deepEqual(new Set(answers.map(({ revision }) => revision)), new Set([0]))
    })

    it('shows a subscriber every event of 16 writers once and in order, with none left out', async () => {
      const start = await log().head()
      const streams = Array.from({ length: 16 }, aStream)
      const shared = aStream()
      const expected = 16 * 10 * 3
      const seen = collect(log(), { after: start, maxBatch: 7, streams: [...streams, shared], count: expected })
      const write = async (stream: string) => {
        for (let turn = 0; turn < 10; turn++) {
          await log().append(stream, facts(String(turn), 2), turn === 0 ? 'no_stream' : turn * 2 - 1)
          await appendAtEnd(log(), shared, [fact(stream)])
        }
      }
      await Promise.all(streams.map(write))
      const events = await seen
      assertInOrder(events, start)
      for (const stream of [...streams, shared]) {
        const own = of([stream], events)
        assert.deepEqual(
          own.map(({ revision }) => revision),
          own.map((_, index) => index),
        )
        assert.equal(own.length, stream === shared ? 160 : 20)
      }
    })
  })
}
