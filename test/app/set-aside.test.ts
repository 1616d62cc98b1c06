import assert from 'node:assert/strict'
import { mostSetAside } from '../../src/adapters/postgres/apply-apart.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import type { AnyProjection } from '../../src/kernel/projection.ts'
import { erased } from '../../src/kernel/projection.ts'
import type { Rig } from './projection-rig.ts'
import { projectionRig, until } from './projection-rig.ts'
import type { ToyEvent } from './toy-projections.ts'
import { boxes, nameCounts, named, placed, put, shaken, takenAway, things } from './toy-projections.ts'

describe('an event that a read model cannot take in', function () {
  this.timeout(60_000)
  let rig: Rig
  beforeEach(async () => {
    rig = await projectionRig()
  })
  afterEach(() => rig.close())

  it('[case P6] is set aside for that read model alone, and all that follows is taken in', async () => {
    await put(rig.log, '1', placed('red'))
    const poison = await put(rig.log, '1', named('poison'))
    await put(rig.log, '1', named('blue'))
    await put(rig.log, '4', placed('late'), shaken(3))
    const runner = rig.run({ projections: [poisoned(), erased(things), nameCounts] })
    await rig.settled()

    assert.deepEqual(await names(), { 1: 'blue', 4: 'late' })
    assert.equal((await rig.rows('name_counts')).length, 2)
    const { setAside, status } = (await rig.generation('boxes')) ?? assert.fail('It is gone.')
    assert.equal(status, 'live')
    assert.equal(setAside.count, 1)
    const [one] = setAside.newest
    assert.deepEqual(
      [one?.position, one?.type, one?.stream, one?.reason],
      [poison, 'BoxNamed', 'box-1', 'RangeError: It is poison.'],
    )
    assert.equal(
      (await rig.log.readAll({ after: null, limit: 10_000 })).find(({ position }) => position === poison)?.eventId,
      one?.eventId,
    )
    assert.ok(Date.parse(one?.at ?? '') > Date.parse('2026-01-02'))
    for (const name of ['things', 'name_counts']) assert.equal((await rig.generation(name))?.setAside.count, 0)
    assert.equal(rig.logged.filter((line) => line.startsWith('A read model set aside')).length, 1)

    await put(rig.log, '4', named('poison'), named('later'))
    await rig.settled()
    assert.deepEqual(await names(), { 1: 'blue', 4: 'later' })
    assert.equal((await rig.generation('boxes'))?.setAside.count, 2)
    await runner.stop()
  })

  const faults: Readonly<Record<string, Readonly<{ event: ToyEvent; reason: RegExp }>>> = {
    'a value that a check refuses': { event: shaken(1000), reason: /^SQL 23514: .*check constraint/ },
    'a number that is none': { event: shaken('Mrs. Smith' as unknown as number), reason: /^SQL 22P02: [^:"]*$/ },
    'a number that is too large': { event: shaken(1e12), reason: /^SQL 22003: / },
    'nothing where something must be': { event: named(null as unknown as string), reason: /^SQL 23502: / },
    'a name too long for its index': { event: named(noise(20_000)), reason: /^SQL 54000: / },
    'no data to speak of': { event: { type: 'BoxNamed', data: null } as unknown as ToyEvent, reason: /^TypeError: / },
  }
  for (const [fault, { event, reason }] of Object.entries(faults))
    it(`[case P6] is set aside when it holds ${fault}, found among many, and its contents are not told`, async () => {
      for (let box = 0; box < 40; box++) await put(rig.log, String(box), placed('red'), shaken(box))
      const poison = await put(rig.log, '23', event)
      await put(rig.log, '23', event.type === 'BoxNamed' ? shaken(99) : named('after'))
      for (let box = 40; box < 80; box++) await put(rig.log, String(box), placed('red'))
      const runner = rig.run({ projections: [numbered, erased(things)] })
      await rig.settled([numbered])
      assert.equal((await rig.rows('boxes')).length, 80)
      const row = (await rig.rows('boxes')).find((one) => (one as { box_id: string }).box_id === '23') as {
        name: string
        shakes: number
      }
      assert.deepEqual([row.name, row.shakes], event.type === 'BoxNamed' ? ['red', 99] : ['after', 23])
      const { setAside } = (await rig.generation('boxes')) ?? assert.fail('It is gone.')
      assert.deepEqual([setAside.count, setAside.newest[0]?.position], [1, poison])
      assert.match(setAside.newest[0]?.reason ?? '', reason)
      assert.ok(!JSON.stringify(setAside).includes('Smith'))
      await runner.stop()
    })

  it('[case P6] is found among thousands, wherever it stands, and only what is to blame is set aside', async () => {
    const bad = [0, 1, 1234, 2499, 2500, 4999]
    const events = Array.from({ length: 5000 }, (_, at) => named(bad.includes(at) ? 'poison' : `n${String(at)}`))
    await put(rig.log, '1', placed('red'))
    for (let from = 0; from < 5000; from += 500) await put(rig.log, '1', ...events.slice(from, from + 500))
    const runner = rig.run({ projections: [poisoned(), erased(things), nameCounts] })
    await rig.settled()
    assert.deepEqual(await names(), { 1: 'n4998' })
    const all = await rig.log.readAll({ after: null, limit: 10_000 })
    assert.deepEqual(
      (await rig.generation('boxes'))?.setAside.newest.map(({ position }) => position),
      bad.toReversed().map((at) => all[at + 1]?.position),
    )
    await runner.stop()
  })

  it('[case P6] is set aside by a read model that is computed over sets, and by work', async () => {
    await put(rig.log, '1', placed('red'), named('poison'), named('blue'))
    await put(rig.log, '2', placed('poison'), placed('green'), shaken(1), takenAway)
    await put(rig.log, '3', placed('last'))
    const brittle = {
      ...nameCounts,
      apply: async (...[sql, events]: Parameters<typeof nameCounts.apply>) => {
        await nameCounts.apply(sql, events)
        if (events.some(isPoison)) await sql('select 1 / 0')
      },
    }
    const work = async (...[sql, events]: Parameters<typeof nameCounts.apply>) => {
      for (const { position } of events) await sql('insert into done values ($1)', [position])
      if (events.some(isPoison)) throw new Error('No.')
    }
    await rig.sql('create table done (position text)')
    const runner = rig.run({ projections: [erased(boxes), brittle], work })
    await rig.settled([erased(boxes), brittle])
    const head = await rig.log.head()
    await until(async () => (await rig.generation('work'))?.position === head)
    assert.deepEqual(
      (await rig.rows('name_counts')).map((row) => (row as { name: string }).name),
      ['blue', 'last'],
    )
    for (const name of ['name_counts', 'work']) assert.equal((await rig.generation(name))?.setAside.count, 2)
    const wanted = (await rig.log.readAll({ after: null, limit: 10_000 }))
      .filter((event) => !isPoison(event))
      .map(({ position }) => ({ position }))
    assert.deepEqual(await rig.sql('select * from done order by position collate "C"'), wanted)
    await runner.stop()
  })

  it('[case P6] is noted once, whenever the process or its connections are killed', async () => {
    const bad = new Set(Array.from({ length: 40 }, (_, at) => at * 25))
    await put(rig.log, '1', placed('red'))
    const last = await put(
      rig.log,
      '1',
      ...Array.from({ length: 1000 }, (_, at) => named(bad.has(at) ? 'poison' : `n${String(at)}`)),
    )
    const isDone = async () => (await rig.generation('boxes').catch(() => undefined))?.position === last
    for (let kill = 0; kill < 100 && !(await isDone()); kill++) {
      const runner = rig.run({ projections: [poisoned(), nameCounts], batchSize: 30 })
      const before = (await rig.generation('boxes').catch(() => undefined))?.position
      await until(async () => (await rig.generation('boxes').catch(() => undefined))?.position !== before || (await isDone()))
      if (kill % 2 === 0)
        await rig.sql(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'muster projections' and datname = current_database()`,
        )
      await runner.stop()
    }
    const runner = rig.run({ projections: [poisoned(), nameCounts], batchSize: 30 })
    await rig.settled([poisoned(), nameCounts])
    await runner.stop()
    const all = await rig.log.readAll({ after: null, limit: 10_000 })
    assert.deepEqual(
      await rig.sql('select position from projection_set_aside order by position collate "C"'),
      [...bad].map((at) => ({ position: all[at + 1]?.position })),
    )
    assert.deepEqual(await names(), { 1: 'n999' })
  })

  it('[case P6] is not set aside while the database is away: it is tried again', async () => {
    const states = ['08006', '53100', '57P01', '40001', '57014', '58030']
    await put(rig.log, '1', placed('red'), named('blue'))
    for (const state of states) {
      await rig.sql('drop schema public cascade; create schema public')
      for (const { schema } of (await rig.sql(`select nspname as schema from pg_namespace where nspname like 'rm_%'`)) as {
        schema: string
      }[])
        await rig.sql(`drop schema ${schema} cascade`)
      let times = 0
      const failing = {
        ...nameCounts,
        apply: async (...[sql, events]: Parameters<typeof nameCounts.apply>) => {
          await nameCounts.apply(sql, events)
          if (++times <= 2) await sql(`do $$ begin raise exception 'away' using errcode = '${state}'; end $$`)
        },
      }
      const runner = rig.run({ projections: [failing] })
      await rig.settled([failing])
      assert.equal(times, 3, state)
      assert.deepEqual(await rig.sql('select * from projection_set_aside'), [], state)
      await runner.stop()
    }
  })

  it('[case P6] stops the read model as before when a table or the database’s own state is to blame', async () => {
    await put(rig.log, '1', placed('red'))
    for (const state of ['42703', 'XX000', '0A000']) {
      const failing = {
        ...nameCounts,
        name: `failing_${state.toLowerCase()}`,
        tables: [],
        schema: '',
        apply: async (...[sql]: Parameters<typeof nameCounts.apply>) => {
          await sql(`do $$ begin raise exception 'wrong' using errcode = '${state}'; end $$`)
        },
      }
      const runner = rig.run({ projections: [failing, erased(things)] })
      await until(async () => (await rig.generation(failing.name))?.status === 'stuck')
      assert.equal((await rig.generation(failing.name))?.setAside.count, 0)
      await runner.stop()
    }
  })

  it('[case P6] is taken in when the read model is filled anew and can read it; until then the old one is asked', async () => {
    await put(rig.log, '1', placed('red'), named('poison'))
    const runner = rig.run({ projections: [poisoned(), erased(things)] })
    await rig.settled([poisoned(), erased(things)])
    assert.deepEqual(await names(), { 1: 'red' })
    await runner.stop()

    await rig.store.rebuild([erased(boxes)])
    const next = rig.run({ projections: [erased(boxes), erased(things)] })
    await rig.settled([erased(boxes), erased(things)])
    assert.deepEqual(await names(), { 1: 'poison' })
    assert.deepEqual((await rig.generation('boxes'))?.setAside, { count: 0, newest: [] })
    assert.deepEqual(await rig.sql('select * from projection_set_aside'), [])
    await next.stop()

    await rig.store.rebuild([poisoned()])
    const again = rig.run({ projections: [poisoned(), erased(things)] })
    await rig.settled([poisoned(), erased(things)])
    assert.deepEqual([await names(), (await rig.generation('boxes'))?.setAside.count], [{ 1: 'red' }, 1])
    await again.stop()
  })

  it('[case P6] frees a read model that an older version left stuck at it', async () => {
    const before = await put(rig.log, '1', placed('red'))
    const poison = await put(rig.log, '1', named('poison'))
    await put(rig.log, '1', named('blue'))
    await rig.store.prepare([poisoned(), erased(things)], false)
    const events = await rig.log.readAll({ after: null, limit: 1 })
    const [state] = (await rig.store.states()).filter(({ name }) => name === 'boxes')
    assert.ok(state)
    await rig.store.apply({ feeds: [{ ...state, from: poisoned() }], from: null, events, announce: false })
    await rig.sql(
      `update projection_state set status = 'stuck', error = 'No.', failed_position = '${poison}' where name = 'boxes'`,
    )
    assert.equal((await rig.generation('boxes'))?.position, before)
    const runner = rig.run({ projections: [poisoned(), erased(things)] })
    await rig.settled([poisoned(), erased(things)])
    assert.deepEqual([await names(), (await rig.generation('boxes'))?.setAside.count], [{ 1: 'blue' }, 1])
    assert.ok(mostSetAside > 1)
    await runner.stop()
  })

  const names = async () =>
    Object.fromEntries(
      ((await rig.rows('boxes')) as { box_id: string; name: string }[]).map(({ box_id, name }) => [box_id, name] as const),
    )
})

const isPoison = ({ data }: Recorded): boolean => 'name' in data && data.name === 'poison'

/** Boxes that cannot be named "poison". */
const poisoned = (): AnyProjection =>
  erased({
    ...boxes,
    on: {
      ...boxes.on,
      BoxNamed: ({ id, data }: Recorded<{ type: 'BoxNamed'; data: { name: string } }>) => {
        if (data.name === 'poison') throw new RangeError('It is poison.')
        return { where: { box_id: id }, change: { name: data.name } }
      },
    },
  })

/** Boxes that cannot be shaken hard. */
const numbered = erased({
  ...boxes,
  schema: boxes.schema.replace('shakes integer', 'shakes integer check (shakes < 100)'),
})

/** A text that no compression makes short. */
function noise(length: number): string {
  let seed = 1
  return Array.from({ length }, () => ((seed = (seed * 48_271) % 2_147_483_647) % 36).toString(36)).join('')
}
