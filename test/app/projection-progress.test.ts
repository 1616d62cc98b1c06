import assert from 'node:assert/strict'
import type { ProjectionProgress } from '../../src/app/projection-progress.ts'
import { projectionProgress } from '../../src/app/projection-progress.ts'
import { erased } from '../../src/kernel/projection.ts'
import type { Rig } from './projection-rig.ts'
import { projectionRig, until } from './projection-rig.ts'
import { boxes, metadata, nameCounts, named, placed, put, things, toys } from './toy-projections.ts'

const long = 20_000

describe('knowing how far the read models are', function () {
  this.timeout(30_000)
  let rig: Rig
  let over: AbortController
  beforeEach(async () => {
    rig = await projectionRig()
    over = new AbortController()
  })
  afterEach(async () => {
    over.abort()
    await rig.close()
  })

  const follow = (options: { pollMs?: number; news?: boolean } = {}): ProjectionProgress => {
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const store = options.news === false ? { ...rig.store, watch: () => undefined } : rig.store
    const clock = () => new Date(Date.parse(metadata.at) + 5000)
    return projectionProgress({ store, log: rig.log, clock, logger: silent, signal: over.signal, pollMs: options.pollMs ?? 500 })
  }

  it('wakes many who wait, in the process that leads', async () => {
    const progress = follow({ news: false, pollMs: long })
    const runner = rig.run({ onAdvanced: progress.advanced })
    const positions = await Promise.all(Array.from({ length: 200 }, (_, box) => put(rig.log, String(box), placed('red'))))
    const answers = await Promise.all(positions.map((position) => progress.caughtUp(position, long)))
    assert.ok(answers.every((reached) => reached))
    assert.deepEqual(await rig.sql('select count(*)::int as n from boxes'), [{ n: 200 }])
    await runner.stop()
  })

  it('wakes those who wait in another process, by news or by looking', async () => {
    const runner = rig.run()
    await rig.settled()
    for (const progress of [follow({ pollMs: long }), follow({ news: false, pollMs: 20 })])
      for (const name of ['one', 'two']) {
        const position = await put(rig.log, '1', placed(name))
        assert.equal(await progress.caughtUp(position, long), true)
        assert.deepEqual(await rig.sql('select name from boxes'), [{ name }])
      }
    await runner.stop()
  })

  it('answers false when it takes too long', async () => {
    const position = await put(rig.log, '1', placed('red'))
    assert.equal(await follow({ pollMs: 5 }).caughtUp(position, 50), false)
    await rig.store.prepare(toys, true)
    assert.equal(await follow({ pollMs: 5 }).caughtUp(position, 50, ['work']), false)
  })

  it('tells those who listen how far they are, until they leave or it ends', async () => {
    const progress = follow({ pollMs: long })
    const [told, left]: [(string | null)[], (string | null)[]] = [[], []]
    progress.onAdvanced((position) => told.push(position))
    const leave = progress.onAdvanced((position) => left.push(position))
    const runner = rig.run()
    await rig.settled()
    const first = await put(rig.log, '1', placed('red'))
    await until(() => told.includes(first))
    leave()
    const second = await put(rig.log, '1', placed('blue'))
    await until(() => told.includes(second))
    assert.ok(!left.includes(second))
    await runner.stop()
    over.abort()
    assert.equal(told.at(-1), null)
    assert.ok(!left.includes(null))
    let after: string | null | undefined
    progress.onAdvanced((position) => (after = position))
    assert.equal(after, null, 'nobody waits for what has ended')
  })

  it('does not wait for what is stuck', async () => {
    const stubborn = erased({ ...boxes, on: { BoxNamed: () => ({ where: { box_id: '1' }, change: { nick: 'x' } }) } })
    const runner = rig.run({ projections: [stubborn, erased(things), nameCounts] })
    await rig.settled()
    const progress = follow()
    const position = await put(rig.log, '1', placed('red'), named('blue'))
    assert.equal(await progress.caughtUp(position, long), true)
    assert.equal(await follow({ news: false }).caughtUp(position, long, ['boxes']), true)
    await runner.stop()

    const reports = await progress.projectionStates()
    assert.deepEqual(
      reports.map(({ name, status, lagSeconds, failure }) => [name, status, lagSeconds, failure?.event.type]),
      [
        ['boxes', 'stuck', 5, 'BoxNamed'],
        ['name_counts', 'live', 0, undefined],
        ['things', 'live', 0, undefined],
      ],
    )
  })

  it('says how long the oldest event has been waiting', async () => {
    const progress = follow()
    assert.deepEqual(await progress.projectionStates(), [])
    await rig.store.prepare(toys, false)
    assert.deepEqual(
      (await progress.projectionStates()).map(({ status, lagSeconds }) => [status, lagSeconds]),
      toys.map(() => ['building', 0]),
    )
    await put(rig.log, '1', placed('red'))
    assert.deepEqual(
      (await progress.projectionStates()).map(({ lagSeconds }) => lagSeconds),
      toys.map(() => 5),
    )
    const runner = rig.run()
    await rig.settled()
    await until(async () =>
      (await progress.projectionStates()).every(({ status, lagSeconds }) => status === 'live' && lagSeconds === 0),
    )
    await runner.stop()
  })
})
