import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import { lives } from '../../src/app/lives.ts'
import type { Moment } from '../../src/app/moment.ts'
import { belongs } from '../../src/app/moment.ts'
import type { EventLog } from '../../src/app/ports.ts'
import type { Replayed } from '../../src/app/replay.ts'
import { replayer } from '../../src/app/replay.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import { appendAtEnd } from '../support/append-at-end.ts'

type Said = { type: 'Said'; data: { word: string } }

const story = {
  category: 'story',
  initial: '',
  evolve: (state: string, event: Recorded<Said>): string => state + event.data.word,
}

const beginning = Date.parse('2026-03-01T12:00:00.000Z')

/** Streams whose clocks now and then go back, as those of several servers do. */
const words = fc.array(
  fc.record({ stream: fc.constantFrom('a', 'b'), word: fc.string({ maxLength: 2 }), step: fc.integer({ min: -2, max: 3 }) }),
  {
    minLength: 1,
    maxLength: 60,
  },
)

const tell = async (
  log: EventLog,
  told: readonly { stream: string; word: string; step: number }[],
): Promise<readonly string[]> => {
  const times: string[] = []
  let now = beginning
  for (const { stream, word, step } of told) {
    now += step * 1000
    const at = new Date(now).toISOString()
    times.push(at)
    const metadata = { $correlationId: 'x', $causationId: 'x', actor: { kind: 'server', id: 'test' }, at, hostIds: [] } as const
    await appendAtEnd(log, `story-${stream}`, [{ type: 'Said', data: { word }, eventId: randomUUID(), metadata }])
  }
  return times
}

const momentsOf = (events: readonly Recorded[], times: readonly string[]): readonly Moment[] => [
  ...events.map(({ position }) => ({ text: position, position })),
  ...times.map((at) => ({ text: at, until: Date.parse(at) })),
  ...times.map((at) => ({ text: at, until: Date.parse(at) - 1 })),
]

/** The slow and obvious way. */
const prefixOf = (stream: readonly Recorded[], moment: Moment): readonly Recorded<Said>[] => {
  const end = stream.findIndex((event) => !belongs(moment, event))
  return (end === -1 ? stream : stream.slice(0, end)) as readonly Recorded<Said>[]
}

describe('looking back into a stream', function () {
  this.timeout(60_000)

  it('finds the fold of what had happened by then, whatever was looked for before and however much is kept', async () => {
    const sizes = fc.record({
      streams: fc.integer({ min: 1, max: 2 }),
      states: fc.integer({ min: 1, max: 5 }),
      pageSize: fc.integer({ min: 1, max: 7 }),
    })
    await fc.assert(
      fc.asyncProperty(words, sizes, fc.infiniteStream(fc.nat()), async (told, memory, picks) => {
        const log = memoryEventLog()
        const times = await tell(log, told)
        const replay = replayer(log, story, memory)
        const all = await log.readAll({ after: null, limit: 100 })
        const moments = momentsOf(all, times)
        for (const pick of picks.take(40)) {
          const moment = moments[pick % moments.length] ?? { text: '', until: 0 }
          const id = pick % 3 === 0 ? 'b' : 'a'
          const stream = await log.readStream(`story-${id}`)
          const prefix = prefixOf(stream, moment)
          const expected: Replayed<string> = {
            state: prefix.reduce((state, event) => story.evolve(state, event), story.initial),
            events: prefix.length,
            first: prefix[0] ?? null,
            last: prefix.at(-1) ?? null,
            next: stream[prefix.length] ?? null,
          }
          assert.deepEqual(await replay(id, moment), expected)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('goes on seeing what happens after it looked', async () => {
    const log = memoryEventLog()
    const replay = replayer(log, story, { streams: 1, states: 2, pageSize: 2 })
    const now: Moment = { text: 'now', until: beginning + 3_600_000 }
    for (const word of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await tell(log, [{ stream: 'a', word, step: 0 }])
      assert.equal((await replay('a', now)).state.at(-1), word)
    }
    assert.equal((await replay('nobody', now)).events, 0)
  })

  it('reads no further than to the moment, and close to it the second time', async () => {
    const log = memoryEventLog()
    await tell(
      log,
      Array.from({ length: 50 }, () => ({ stream: 'a', word: 'x', step: 1 })),
    )
    const read: number[] = []
    const counting: Pick<EventLog, 'readStream'> = {
      readStream: (stream, options = {}) => {
        read.push(options.from ?? 0)
        return log.readStream(stream, options)
      },
    }
    const replay = replayer(counting, story, { streams: 1, states: 10, pageSize: 5 })
    const moment = { text: '', until: beginning + 23_000 }
    assert.equal((await replay('a', moment)).events, 23)
    assert.deepEqual(read.splice(0), [0, 5, 10, 15, 20])
    assert.equal((await replay('a', moment)).events, 23)
    assert.deepEqual(read, [20])
  })
})

describe('looking up what short streams said', function () {
  this.timeout(60_000)

  it('finds what had been said by then, and what came after', async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 1, max: 2 }), fc.infiniteStream(fc.nat()), async (told, capacity, picks) => {
        const log = memoryEventLog()
        const half = Math.floor(told.length / 2)
        const times = [...(await tell(log, told.slice(0, half)))]
        const lookUp = lives(log, story, capacity)
        for (const [index, pick] of [...picks.take(40)].entries()) {
          if (index === 20) times.push(...(await tell(log, told.slice(half))))
          const moments = momentsOf(await log.readAll({ after: null, limit: 100 }), times)
          const moment = moments[pick % Math.max(1, moments.length)] ?? { text: '', until: 0 }
          const id = pick % 3 === 0 ? 'b' : 'a'
          const stream = await log.readStream(`story-${id}`)
          const prefix = prefixOf(stream, moment)
          const { was, next } = await lookUp(id, moment)
          const facts = prefix.length === 0 ? undefined : prefix.reduce((state, event) => story.evolve(state, event), '')
          assert.deepEqual([was?.facts, was?.revision], [facts, prefix.at(-1)?.revision])
          assert.equal(next?.revision, stream[prefix.length]?.revision)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('asks the log nothing for a moment before the last word', async () => {
    const log = memoryEventLog()
    await tell(
      log,
      Array.from({ length: 3 }, () => ({ stream: 'a', word: 'x', step: 1 })),
    )
    let reads = 0
    const lookUp = lives({ readStream: (...args) => (reads++, log.readStream(...args)) }, story)
    const past = { text: '', until: beginning + 2000 }
    assert.equal((await lookUp('a', { text: '', until: beginning + 9000 })).was?.facts, 'xxx')
    assert.equal((await lookUp('a', past)).was?.facts, 'xx')
    assert.equal(reads, 1)
  })
})

describe('looking back over an event that cannot be read', () => {
  it('[case P6] passes over it, and tells what the others say', async () => {
    const log = memoryEventLog()
    const brittle = {
      ...story,
      evolve: (state: string, event: Recorded<Said>): string => {
        if (event.data.word === 'x') throw new TypeError('It cannot be read.')
        return story.evolve(state, event)
      },
    }
    const atOnce = {
      ...brittle,
      evolveAll: (state: string, events: readonly Recorded<Said>[]) => events.reduce(brittle.evolve, state),
    }
    await tell(
      log,
      ['a', 'x', 'b', 'c'].map((word) => ({ stream: 'a', word, step: 1 })),
    )
    const now: Moment = { text: 'now', until: beginning + 60_000 }
    for (const fold of [brittle, atOnce]) {
      const { state, events } = await replayer(log, fold)('a', now)
      assert.deepEqual([state, events], ['abc', 4])
    }
    assert.equal((await lives(log, brittle)('a', now)).was?.facts, 'abc')
  })
})
