import assert from 'node:assert/strict'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import { memorySnapshots } from '../../src/adapters/memory/snapshots.ts'
import { executor, longStream } from '../../src/app/execute.ts'
import type { EventLog } from '../../src/app/ports.ts'
import type { Snapshots } from '../../src/app/snapshot-ports.ts'
import { host } from '../../src/domain/host/host.ts'
import type { Decider } from '../../src/kernel/decider.ts'
import type { Cause } from '../../src/kernel/event.ts'
import { makeHistory } from '../support/history.ts'

type Tally = Readonly<{ words: ReadonlySet<string>; count: number }>
type Said = { type: 'Said'; data: { word: string } }

/** Says every word once. */
const tally: Decider<{ type: 'Say'; data: { words: readonly string[] } }, Said, Tally> = {
  category: 'tally',
  initial: { words: new Set(), count: 0 },
  decide: ({ data }, { words }) =>
    data.words.filter((word) => !words.has(word)).map((word) => ({ type: 'Said', data: { word } })),
  evolve: ({ words, count }, { data }) => ({ words: new Set([...words, data.word]), count: count + 1 }),
}

const clock = () => new Date('2026-03-01T12:00:00.000Z')
const cause = (id: string): Cause => ({ id, actor: { kind: 'admin', id: 'ada' }, correlationId: 'c', causationId: 'c' })
const say = (...words: readonly string[]) => ({ type: 'Say', data: { words } }) as const
const words = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `word ${String(from + index)}`)

/** A log that counts the events that are read from it. */
const counting = (log: EventLog) => {
  const counted = { events: 0 }
  const readStream: EventLog['readStream'] = async (...given) => {
    const events = await log.readStream(...given)
    counted.events += events.length
    return events
  }
  return { log: { ...log, readStream }, counted }
}

describe('A long stream', () => {
  let log: EventLog
  let snapshots: Snapshots
  beforeEach(async () => {
    log = memoryEventLog()
    snapshots = memorySnapshots()
    await executor(log, clock).execute(tally, '1', say(...words(0, 1000)), cause('first'))
  })

  const load = (under: EventLog = log) => executor(under, clock, { snapshots }).load(tally, '1')

  it('is read whole once, and from there on from where it was then', async () => {
    const whole = await load()
    const { log: counted, counted: read } = counting(log)
    assert.deepEqual(await load(counted), whole)
    assert.equal(read.events, longStream + 1)
  })

  it('leads to the same decisions as if it were read whole', async () => {
    await load()
    await executor(log, clock).execute(tally, '1', say(...words(1000, 1100)), cause('second'))
    const { events, state } = await executor(log, clock, { snapshots }).execute(
      tally,
      '1',
      say('word 5', 'word 1050', 'new'),
      cause('third'),
    )
    assert.deepEqual(
      events.map(({ data }) => data.word),
      ['new'],
    )
    assert.deepEqual(state, (await executor(log, clock).load(tally, '1')).state)
  })

  it('is kept anew when much has come since', async () => {
    await load()
    await executor(log, clock).execute(tally, '1', say(...words(1000, 1000 + longStream + 1)), cause('second'))
    await load()
    assert.equal((await snapshots.find('tally-1'))?.revision, 1000 + longStream)
  })

  it('of another log is read whole, and so is one that is older than what was kept', async () => {
    await load()
    const other = memoryEventLog()
    await executor(other, clock).execute(tally, '1', say(...words(0, 1000).map((word) => `other ${word}`)), cause('other'))
    assert.equal((await load(other)).state.words.has('other word 7'), true)

    await snapshots.keep('tally-1', { revision: 5000, eventId: 'of a later day', state: { words: new Set(), count: 0 } })
    assert.equal((await load()).state.count, 1000)
  })

  it('is read whole where no snapshot can be had', async () => {
    snapshots = { find: () => Promise.resolve(null), keep: () => Promise.resolve() }
    assert.equal((await load()).state.count, 1000)
  })

  it('is looked for among the snapshots, a short one is not', async () => {
    let looked = 0
    snapshots = { find: () => Promise.resolve(((looked += 1), null)), keep: () => Promise.resolve() }
    await executor(log, clock).execute(tally, '2', say('one'), cause('short'))
    await executor(log, clock, { snapshots }).load(tally, '2')
    assert.equal(looked, 0)
    await load()
    assert.equal(looked, 1)
  })
})

describe('The state of a host', function () {
  this.timeout(60_000)

  it('is the same from a snapshot at any place of its life, to the last detail', async () => {
    const { log, hostIds } = await makeHistory('snapshots', { events: 4000, hosts: 4, teams: 2, profiles: 6 })
    for (const hostId of hostIds) {
      const events = await log.readStream(`host-${hostId}`)
      const snapshots = memorySnapshots()
      let state = host.initial
      for (const [at, event] of events.entries()) {
        state = host.evolve(state, event as Parameters<typeof host.evolve>[1])
        if (at % 50 === 49) await snapshots.keep(`host-${hostId}`, { revision: event.revision, eventId: event.eventId, state })
        if (at % 50 !== 49) continue
        const known = await snapshots.find(`host-${hostId}`)
        assert.deepStrictEqual(known?.state, state)
      }
      assert.deepStrictEqual((await executor(log, clock, { snapshots }).load(host, hostId)).state, state)
    }
  })
})
