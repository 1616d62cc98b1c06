import assert from 'node:assert/strict'
import type { Recorded } from '../../src/kernel/event.ts'
import type { AnyProjection } from '../../src/kernel/projection.ts'
import { erased } from '../../src/kernel/projection.ts'
import type { Rig } from './projection-rig.ts'
import { projectionRig, until } from './projection-rig.ts'
import { boxes, filled, nameCounts, named, placed, put, things } from './toy-projections.ts'
import { expected, tell } from './toy-story.ts'

describe('a read model whose fault is not one event’s', function () {
  this.timeout(30_000)
  let rig: Rig
  beforeEach(async () => {
    rig = await projectionRig()
  })
  afterEach(() => rig.close())

  it('is left out: what came before the event is applied, and the others go on', async () => {
    const before = await put(rig.log, '1', placed('red'))
    const poison = await put(rig.log, '1', named('poison'))
    await put(rig.log, '1', filled('hat'), named('blue'))
    await put(rig.log, '4', placed('late'))
    const runner = rig.run({ projections: [mistaken(), erased(things), nameCounts] })
    await rig.settled([erased(things), nameCounts])

    assert.deepEqual(await rig.rows('name_counts'), [
      { name: 'blue', boxes: 1 },
      { name: 'late', boxes: 1 },
    ])
    const stuck = await rig.generation('boxes')
    assert.equal(stuck?.status, 'stuck')
    assert.equal(stuck.position, before)
    assert.equal(stuck.failure?.event.position, poison)
    assert.equal(stuck.failure.event.type, 'BoxNamed')
    assert.match(stuck.failure.error, /^NoSuchColumn: Table boxes has no column nick\./)
    assert.equal(stuck.setAside.count, 0)
    assert.equal((await rig.rows('boxes')).length, 1)
    await runner.stop()
  })

  it('is tried again by itself, and rejoins when it works', async () => {
    let cured = false
    await tell(rig)
    await put(rig.log, '1', named('poison'))
    const runner = rig.run({ projections: [mistaken(() => cured), erased(things), nameCounts], retryStuckMs: 50 })
    await rig.settled([erased(things), nameCounts])
    assert.equal((await rig.generation('boxes'))?.status, 'stuck')
    cured = true
    await rig.settled()
    await put(rig.log, '1', named('green'))
    await rig.settled()
    assert.equal((await rig.generation('boxes'))?.failure, null)
    assert.deepEqual(await rig.allRows(), expected)
    await runner.stop()
  })

  it('is tried again when it is computed over sets, or when it is work', async () => {
    let cured = false
    await tell(rig)
    const brittle = {
      ...nameCounts,
      apply: async (...[sql, events]: Parameters<typeof nameCounts.apply>) => {
        await nameCounts.apply(sql, events)
        if (!cured && events.some(({ type }) => type === 'BoxTakenAway')) await sql('select 1 from nowhere')
      },
    }
    const done: string[] = []
    const work = async (...[sql, events]: Parameters<typeof nameCounts.apply>) => {
      if (!cured && events.some(({ type }) => type === 'BoxTakenAway')) await sql('select nothing from work')
      done.push(...events.map(({ position }) => position))
    }
    const runner = rig.run({ projections: [erased(boxes), erased(things), brittle], work, retryStuckMs: 50 })
    await until(
      async () => (await rig.generation('work'))?.status === 'stuck' && (await rig.generation('name_counts'))?.status === 'stuck',
    )
    await rig.settled([erased(boxes), erased(things)])
    cured = true
    await rig.settled()
    await until(async () => (await rig.generation('work'))?.status === 'live')
    assert.deepEqual(await rig.allRows(), expected)
    assert.equal((await rig.generation('work'))?.setAside.count, 0)
    await runner.stop()
  })

  it('[case P6] is stuck rather than set aside most of what it hears, and says so', async () => {
    const first = await put(rig.log, '0', placed('red'))
    await put(rig.log, '0', ...Array.from({ length: 150 }, (_, at) => named(`poison ${String(at)}`)))
    const runner = rig.run({ projections: [failingAt(({ data }) => data.name.startsWith('poison')), erased(things), nameCounts] })
    await rig.settled([erased(things), nameCounts])
    const stuck = await rig.generation('boxes')
    assert.equal(stuck?.status, 'stuck')
    assert.equal(stuck.position, first)
    assert.match(
      stuck.failure?.error ?? '',
      /^It cannot take most of 101 events, .* fault of the read model: RangeError: It is poison/,
    )
    assert.deepEqual(stuck.setAside, { count: 0, newest: [] })
    assert.deepEqual((await rig.rows('boxes')).length, 1)
    await runner.stop()
  })

  it('[case P6] is stuck when it has set aside as much as is bearable, and says so', async () => {
    await put(rig.log, '0', placed('red'))
    const mixed = Array.from({ length: 3600 }, (_, at) => (at % 3 === 1 ? named('poison') : named(`fine ${String(at)}`)))
    await put(rig.log, '0', ...mixed)
    const runner = rig.run({ projections: [failingAt(({ data }) => data.name === 'poison'), nameCounts], batchSize: 700 })
    await until(async () => (await rig.generation('boxes'))?.status === 'stuck')
    const stuck = await rig.generation('boxes')
    assert.match(stuck?.failure?.error ?? '', /^1000 events are set aside already, .* fault of the read model: RangeError/)
    assert.equal(stuck?.setAside.count, 1000)
    assert.equal(stuck.setAside.newest.length, 10)
    assert.deepEqual(
      (await rig.rows('boxes')).map((row) => (row as { name: string }).name),
      ['fine 3000'],
    )
    await runner.stop()
  })
})

/** Boxes that write a column which is not there when one is named "poison". */
const mistaken = (cured: () => boolean = () => false): AnyProjection =>
  withNaming(({ id, data }) => {
    const change = data.name === 'poison' && !cured() ? { nick: 'x' } : { name: data.name }
    return { where: { box_id: id }, change: change }
  })

const failingAt = (isPoison: (event: Recorded<{ type: 'BoxNamed'; data: { name: string } }>) => boolean): AnyProjection =>
  withNaming((event) => {
    if (isPoison(event)) throw new RangeError('It is poison.')
    return { where: { box_id: event.id }, change: { name: event.data.name } }
  })

const withNaming = (naming: NonNullable<(typeof boxes.on)['BoxNamed']>): AnyProjection =>
  erased({ ...boxes, on: { ...boxes.on, BoxNamed: naming } })
