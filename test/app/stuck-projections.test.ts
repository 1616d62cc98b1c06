import assert from 'node:assert/strict'
import type { Recorded } from '../../src/kernel/event.ts'
import type { AnyProjection } from '../../src/kernel/projection.ts'
import { erased } from '../../src/kernel/projection.ts'
import type { Rig } from './projection-rig.ts'
import { projectionRig, until } from './projection-rig.ts'
import { boxes, filled, nameCounts, named, placed, put, shaken, things } from './toy-projections.ts'
import { expected, tell } from './toy-story.ts'

describe('a read model that cannot take an event', function () {
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
    const runner = rig.run({ projections: [poisoned(), erased(things), nameCounts] })
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
    assert.match(stuck.failure.error, /^RangeError: It is poison\./)
    assert.equal((await rig.rows('boxes')).length, 1)
    await runner.stop()
  })

  it('names the event that the database refused, and tells no personal data of it', async () => {
    const numbered = erased({
      ...boxes,
      schema: boxes.schema.replace('shakes integer', 'shakes integer check (shakes < 100)'),
    })
    for (let box = 0; box < 40; box++) await put(rig.log, String(box), placed('red'), shaken(box === 23 ? 1000 : box))
    const runner = rig.run({ projections: [numbered, nameCounts] })
    await rig.settled([nameCounts])
    const stuck = await rig.generation('boxes')
    assert.equal(stuck?.status, 'stuck')
    assert.match(stuck.failure?.error ?? '', /^SQL 23514: .*check constraint/)
    assert.deepEqual(await rig.sql('select count(*)::int as n from boxes'), [{ n: 24 }])
    await runner.stop()

    const badTime = { name: 'x', tags: [], placed_at: 'Mrs. Smith' }
    const text = withOn({ BoxPlaced: ({ id }) => ({ where: { box_id: id }, set: badTime }) }, 2)
    const again = rig.run({ projections: [text, nameCounts] })
    await until(async () => (await rig.generation('boxes'))?.failure?.error.startsWith('SQL 22007') ?? false)
    assert.ok(!JSON.stringify(await rig.generation('boxes')).includes('Smith'))
    await again.stop()
  })

  it('is tried again by itself, and rejoins when it works', async () => {
    let cured = false
    await tell(rig)
    await put(rig.log, '1', named('poison'))
    const runner = rig.run({ projections: [poisoned(() => cured), erased(things), nameCounts], retryStuckMs: 50 })
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
        if (!cured && events.some(({ type }) => type === 'BoxTakenAway')) await sql('select 1 / 0')
      },
    }
    const done: string[] = []
    const work = (_: unknown, events: readonly Recorded[]) => {
      if (!cured && events.some(({ type }) => type === 'BoxTakenAway')) throw new Error('No.')
      done.push(...events.map(({ position }) => position))
      return Promise.resolve()
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
    await runner.stop()
  })
})

/** Boxes that cannot be named "poison". */
const poisoned = (cured: () => boolean = () => false): AnyProjection =>
  withOn({
    BoxNamed: ({ id, data }) => {
      if (data.name === 'poison' && !cured()) throw new RangeError('It is poison.')
      return { where: { box_id: id }, change: { name: data.name } }
    },
  })

const withOn = (on: typeof boxes.on, version = 1): AnyProjection => erased({ ...boxes, version, on: { ...boxes.on, ...on } })
