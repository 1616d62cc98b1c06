import assert from 'node:assert/strict'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import { executor } from '../../src/app/execute.ts'
import type { EventLog } from '../../src/app/ports.ts'
import { LogUnavailable, RevisionConflict } from '../../src/app/ports.ts'
import type { Decider } from '../../src/kernel/decider.ts'
import type { Cause } from '../../src/kernel/event.ts'
import { Rejection } from '../../src/kernel/rejection.ts'

type BoxCommand = { type: 'Fill'; data: { to: number } } | { type: 'Add'; data: { words: readonly string[] } }
type BoxEvent = { type: 'Filled'; data: { to: number } } | { type: 'Added'; data: { word: string } }
type Box = Readonly<{ level: number; words: readonly string[] }>

/** A box may be filled to 9, never lowered. It takes any words. */
const box: Decider<BoxCommand, BoxEvent, Box> = {
  category: 'box',
  initial: { level: 0, words: [] },
  decide: ({ type, data }, { level }) => {
    if (type === 'Add') return data.words.map((word) => ({ type: 'Added', data: { word } }))
    if (data.to > 9 || data.to < level) throw new Rejection('not-found', `The box stands at ${String(level)}.`)
    return data.to === level ? [] : [{ type: 'Filled', data: { to: data.to } }]
  },
  evolve: (state, { type, data }) =>
    type === 'Filled' ? { ...state, level: data.to } : { ...state, words: [...state.words, data.word] },
  concerns: (id) => [id],
}

const fill = (to: number) => ({ type: 'Fill', data: { to } }) as const
const add = (...words: readonly string[]) => ({ type: 'Add', data: { words } }) as const
const clock = () => new Date('2026-03-01T12:00:00.000Z')
const cause = (id: string): Cause => ({
  id,
  actor: { kind: 'admin', id: 'ada' },
  correlationId: 'impulse',
  causationId: 'request',
})

describe('executing a command', () => {
  let log: EventLog
  beforeEach(() => {
    log = memoryEventLog()
  })
  const told = async () => (await log.readStream('box-1')).map(({ type, data }) => ({ type, data }))

  it('takes several commands as one decision: each sees what the ones before it led to', async () => {
    const { execute } = executor(log, clock)
    const executed = await execute(box, '1', [fill(3), add('a'), fill(3), fill(5)], cause('c1'))
    assert.deepEqual(executed.state, { level: 5, words: ['a'] })
    assert.deepEqual(
      (await told()).map(({ type }) => type),
      ['Filled', 'Added', 'Filled'],
    )
    await assert.rejects(execute(box, '1', [add('b'), fill(2)], cause('c2')), Rejection)
    assert.equal((await told()).length, 3, 'all of it, or nothing')
    assert.deepEqual((await execute(box, '1', [], cause('c3'))).events, [])
  })

  it('decides several commands anew, all of them, when the stream moved on meanwhile', async () => {
    const [one, other] = [executor(log, clock), executor(log, clock)]
    await one.execute(box, '1', fill(1), cause('c1'))
    await other.execute(box, '1', fill(4), cause('c2'))
    const executed = await one.execute(box, '1', [fill(4), add('a')], cause('c3'))
    assert.deepEqual(
      executed.events.map(({ type }) => type),
      ['Added'],
      'it stood at 4 already',
    )
  })

  it('appends what follows, with who and why, and answers with the state after it', async () => {
    const { execute } = executor(log, clock)
    const executed = await execute(box, '1', add('a', 'b'), cause('c1'))
    assert.deepEqual(executed.state.words, ['a', 'b'])
    const stored = await log.readStream('box-1')
    assert.equal(executed.position, stored.at(-1)?.position)
    for (const [index, { eventId, type, data, revision, id, category, at, metadata }] of stored.entries()) {
      assert.deepEqual(
        { eventId, type, data, revision, id, category, at, metadata },
        (({ position: _, ...rest }) => rest)(executed.events[index] ?? assert.fail()),
      )
      assert.deepEqual(metadata, {
        $correlationId: 'impulse',
        $causationId: 'request',
        actor: { kind: 'admin', id: 'ada' },
        at: '2026-03-01T12:00:00.000Z',
        hostIds: ['1'],
      })
    }
  })

  it('gives ids that derive from the cause, the place and what is said', async () => {
    const other = memoryEventLog()
    const ids = async (into: EventLog, causeId: string, command: BoxCommand) =>
      (await executor(into, clock).execute(box, '1', command, cause(causeId))).events.map(({ eventId }) => eventId)
    const first = await ids(log, 'c1', add('a', 'b'))
    assert.equal(new Set(first).size, 2)
    assert.deepEqual(await ids(other, 'c1', add('a', 'b')), first)
    for (const [causeId, command] of [
      ['c2', add('a', 'b')],
      ['c1', add('x', 'y')],
    ] as const)
      assert.ok((await ids(memoryEventLog(), causeId, command)).every((id) => !first.includes(id)))
  })

  it('decides anew when the stream moved on meanwhile', async () => {
    const [one, two] = [executor(log, clock), executor(log, clock)]
    await one.execute(box, '1', fill(1), cause('c1'))
    await two.execute(box, '1', fill(2), cause('c2'))
    const { state } = await one.execute(box, '1', add('a'), cause('c3'))
    assert.deepEqual(state, { level: 2, words: ['a'] })
    assert.deepEqual(await told(), [
      { type: 'Filled', data: { to: 1 } },
      { type: 'Filled', data: { to: 2 } },
      { type: 'Added', data: { word: 'a' } },
    ])
  })

  it('never says "nothing" or "no" from a memory that is out of date', async () => {
    const [one, two] = [executor(log, clock), executor(log, clock)]
    await one.execute(box, '1', fill(3), cause('c1'))
    await one.execute(box, '1', fill(5), cause('c2'))
    await two.load(box, '1')
    const behind = executor(log, clock)
    await behind.load(box, '1')
    await one.execute(box, '1', fill(7), cause('c3'))
    // What is remembered stands at 5: to fill to 5 would be nothing, though by now it is a "no".
    await assert.rejects(behind.execute(box, '1', fill(5), cause('c4')), Rejection)
    assert.deepEqual((await two.execute(box, '1', fill(7), cause('c5'))).events, [])
    await assert.rejects(two.execute(box, '1', fill(6), cause('c6')), Rejection)
  })

  it('passes a rejection on, and appends nothing', async () => {
    const { execute } = executor(log, clock)
    await assert.rejects(execute(box, '1', fill(10), cause('c1')), Rejection)
    assert.deepEqual(await told(), [])
  })

  it('appends once when the log did not say whether it wrote and the same is tried again', async () => {
    let mute = true
    const deaf: EventLog = {
      ...log,
      append: async (...args) => {
        const appended = await log.append(...args)
        if (mute) throw new LogUnavailable('The log did not say.')
        return appended
      },
    }
    const { execute } = executor(deaf, clock)
    await assert.rejects(execute(box, '1', fill(4), cause('c1')), LogUnavailable)
    mute = false
    const again = await execute(box, '1', fill(4), cause('c1'))
    assert.equal(again.state.level, 4)
    assert.deepEqual(await told(), [{ type: 'Filled', data: { to: 4 } }])
  })

  it('takes a first attempt that wrote something else for what it is, not for its own', async () => {
    const [died, next] = [executor(log, clock), executor(log, clock)]
    await next.execute(box, '1', fill(1), cause('c1'))
    await died.execute(box, '1', add('of', 'the', 'dead'), cause('same'))
    const { state } = await next.execute(box, '1', add('alive'), cause('same'))
    assert.deepEqual(state.words, ['of', 'the', 'dead', 'alive'])
    assert.deepEqual((await executor(log, clock).load(box, '1')).state, state)
  })

  it('gives up after many conflicts, and knows the stream again afterwards', async () => {
    let contested = true
    let attempts = 0
    const busy: EventLog = {
      ...log,
      append: (stream, events, expected) => {
        attempts++
        return contested ? Promise.reject(new RevisionConflict(stream, expected, 0)) : log.append(stream, events, expected)
      },
    }
    const { execute } = executor(busy, clock)
    await assert.rejects(execute(box, '1', fill(1), cause('c1')), RevisionConflict)
    assert.equal(attempts, 12)
    contested = false
    assert.equal((await execute(box, '1', fill(1), cause('c1'))).state.level, 1)
  })

  it('lets many at once have their say, each once', async () => {
    const executors = [executor(log, clock), executor(log, clock)]
    const words = Array.from({ length: 10 }, (_, index) => `word-${String(index)}`)
    await Promise.all(
      words.map((word, index) => (executors[index % 2] ?? assert.fail()).execute(box, '1', add(word), cause(word))),
    )
    assert.deepEqual((await executor(log, clock).load(box, '1')).state.words.toSorted(), words)
  })

  it('knows streams that it had to forget', async () => {
    const { execute } = executor(log, clock, { memory: 1 })
    await execute(box, '1', fill(1), cause('c1'))
    await execute(box, '2', fill(2), cause('c2'))
    assert.equal((await execute(box, '1', add('a'), cause('c3'))).state.level, 1)
  })

  it('loads a stream that is not there as nothing', async () => {
    assert.deepEqual(await executor(log, clock).load(box, 'none'), { state: box.initial, revision: -1 })
  })
})
