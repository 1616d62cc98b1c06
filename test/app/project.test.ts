import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Recorded } from '../../src/kernel/event.ts'
import type { AnyProjection } from '../../src/kernel/projection.ts'
import { erased } from '../../src/kernel/projection.ts'
import type { Feed } from '../../src/app/projection-store.ts'
import { WrongSchema } from '../../src/app/project.ts'
import type { Rig } from './projection-rig.ts'
import { projectionRig, until } from './projection-rig.ts'
import { boxes, nameCounts, named, placed, put, things, toys } from './toy-projections.ts'
import { expected, story, tell } from './toy-story.ts'

describe('keeping read models up to date', function () {
  this.timeout(30_000)
  let rig: Rig
  beforeEach(async () => {
    rig = await projectionRig()
  })
  afterEach(() => rig.close())

  for (const batchSize of [1, 2, 5000])
    it(`brings the log into the read models, ${String(batchSize)} events at most at a time`, async () => {
      await tell(rig)
      const runner = rig.run({ batchSize })
      await rig.settled()
      assert.deepEqual(await rig.allRows(), expected)
      await runner.stop()
    })

  it('follows what happens while it runs', async () => {
    const runner = rig.run()
    await rig.settled()
    await tell(rig)
    await rig.settled()
    assert.deepEqual(await rig.allRows(), expected)
    await runner.stop()
  })

  it('goes on after it was stopped in the middle, without repeating anything', async () => {
    const seen: string[] = []
    const work = (_: unknown, events: readonly Recorded[]) => {
      seen.push(...events.map(({ position }) => position))
      return Promise.resolve()
    }
    let batches = 0
    const crash = (): void => {
      if (++batches === 3) throw new Error('The process fell over.')
    }
    await tell(rig)
    const runner = rig.run({ batchSize: 2, onBatch: crash, work })
    await rig.settled()
    await runner.stop()
    assert.deepEqual(await rig.allRows(), expected)
    assert.ok(rig.logged.some((line) => line.includes('The process fell over.')))
    assert.deepEqual(seen, [...new Set(seen)])
    assert.equal(seen.length, story.flatMap(([, ...events]) => events).length)
  })

  it('takes events delivered twice as delivered once', async () => {
    await tell(rig)
    const twice: typeof rig.log = {
      ...rig.log,
      async *subscribe(options) {
        for await (const batch of rig.log.subscribe(options)) {
          yield batch
          yield batch.slice(-3)
          yield batch
        }
      },
    }
    const runner = rig.run({ log: twice, batchSize: 4 })
    await rig.settled()
    assert.deepEqual(await rig.allRows(), expected)
    await runner.stop()
  })

  it('comes to the same rows when the tail is replayed over them', async () => {
    await tell(rig)
    const projections = [erased(boxes), erased(things)]
    await rig.store.prepare(projections, false)
    const events = await rig.log.readAll({ after: null, limit: 1000 })
    const feeds = await feedsOf(rig)
    const last = events.at(-1)?.position ?? null
    await rig.store.apply({ feeds, from: null, events, announce: false })
    const once = [await rig.rows('boxes'), await rig.rows('things')]
    assert.deepEqual(once, expected.slice(0, 2))

    for (let from = 0; from < events.length; from++) {
      await rig.sql(`update projection_state set position = ${from === 0 ? 'null' : `'${String(events[from - 1]?.position)}'`}`)
      const tail = events.slice(from)
      const half = Math.ceil(tail.length / 2)
      await rig.store.apply({ feeds, from: events[from - 1]?.position ?? null, events: tail.slice(0, half), announce: false })
      if (half < tail.length)
        await rig.store.apply({ feeds, from: tail[half - 1]?.position ?? null, events: tail.slice(half), announce: false })
      assert.deepEqual([await rig.rows('boxes'), await rig.rows('things')], once)
    }
    assert.ok((await rig.store.states()).every(({ position }) => position === last))
  })

  it('writes work in the same transaction, once, also when read models are new', async () => {
    await rig.sql('create table jobs (position text primary key)')
    const work: NonNullable<Parameters<Rig['run']>[0]>['work'] = async (sql, events) => {
      for (const { position } of events) await sql('insert into jobs values ($1)', [position])
    }
    await tell(rig)
    const first = rig.run({ work, projections: [erased(boxes)] })
    await rig.settled([erased(boxes)])
    await first.stop()
    const second = rig.run({ work })
    await rig.settled()
    await put(rig.log, '9', placed('late'))
    await rig.settled()
    await second.stop()
    assert.equal((await rig.rows('jobs')).length, (await rig.log.readAll({ after: null, limit: 1000 })).length)
    assert.ok(!rig.logged.some((line) => line.includes('stuck')))
  })

  it('hands over to another process when the leader is cut off', async () => {
    const batches: string[] = []
    let led = 0
    const leadsOnce: typeof rig.store = {
      ...rig.store,
      lead: async (signal) => {
        if (++led === 1) return rig.store.lead(signal)
        if (!signal.aborted) await once(signal, 'abort')
        return null
      },
    }
    const first = rig.run({ store: leadsOnce, onBatch: () => void batches.push('first') })
    await rig.settled()
    const second = rig.run({ onBatch: () => void batches.push('second') })
    await put(rig.log, '1', placed('red'))
    await rig.settled()
    assert.deepEqual(batches, ['first'])

    await cut(rig, "application_name = 'muster leader'")
    await until(() => led === 2)
    await put(rig.log, '1', named('blue'))
    await rig.settled()
    assert.deepEqual(batches, ['first', 'second'])
    await Promise.all([first.stop(), second.stop()])
  })

  it('goes on when all its connections are cut', async () => {
    const runner = rig.run({ batchSize: 2 })
    await rig.settled()
    for (const [id, ...events] of story) {
      await put(rig.log, id, ...events)
      await cut(rig, "application_name like 'muster%'")
    }
    await rig.settled()
    assert.deepEqual(await rig.allRows(), expected)
    await runner.stop()
  })

  it('never lets two leaders write the same events', async () => {
    await tell(rig)
    await rig.store.prepare(toys, false)
    const events = await rig.log.readAll({ after: null, limit: 1000 })
    const feeds = await feedsOf(rig)
    const apply = () => rig.store.apply({ feeds, from: null, events, announce: false })
    const outcomes = await Promise.allSettled([apply(), apply(), apply()])
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
    assert.deepEqual(await rig.allRows(), expected)
  })

  it('fills a raised version beside the old one, which is asked until then', async () => {
    await tell(rig)
    const first = rig.run()
    await rig.settled()
    await first.stop()

    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const raised: AnyProjection = {
      ...nameCounts,
      version: 2,
      schema: nameCounts.schema.replace('boxes integer not null', "boxes integer not null, remark text default 'new'"),
      apply: async (...given) => {
        await held
        await nameCounts.apply(...given)
      },
    }
    const projections = [erased(boxes), erased(things), raised]
    const second = rig.run({ projections })
    await put(rig.log, '1', named('violet'))
    await rig.settled([erased(boxes)])
    assert.deepEqual(await rig.rows('name_counts'), expected[2])
    release()
    await rig.settled(projections)
    assert.deepEqual(await rig.rows('name_counts'), [
      { name: 'blue', boxes: 1, remark: 'new' },
      { name: 'violet', boxes: 1, remark: 'new' },
    ])
    assert.deepEqual(await rig.sql(`select nspname::text as name from pg_namespace where nspname like 'rm_name%'`), [
      { name: 'rm_name_counts_v2_g2' },
    ])
    await second.stop()
  })

  it('leaves a read model alone that a newer process has raised', async () => {
    await tell(rig)
    const newer = rig.run({ projections: [{ ...nameCounts, version: 5 }] })
    await rig.settled([{ ...nameCounts, version: 5 }])
    await newer.stop()
    const older = rig.run()
    await rig.settled([erased(boxes), erased(things)])
    assert.equal((await rig.generation('name_counts'))?.version, 5)
    await older.stop()
  })

  it('says what is wrong with a schema', async () => {
    const refuses = (projection: object, message: RegExp): Promise<void> =>
      assert.rejects(
        rig.run({ projections: [erased({ ...boxes, ...projection })] }).ended,
        (error) => error instanceof WrongSchema && message.test(error.message),
      )
    await refuses({ schema: 'box_id texxt' }, /type "texxt" does not exist/)
    await refuses({ name: 'Bad Name' }, /"Bad Name" cannot name a projection/)
    await refuses({ name: 'work' }, /cannot name a projection/)
    await refuses({ schema: `${boxes.schema}, primary key (name)` }, /primary key of boxes is \(name\)/)
  })
})

/** Cuts the connections of which the condition is true. */
const cut = async (rig: Rig, condition: string): Promise<void> => {
  await rig.sql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and ${condition}`)
}

/** The feeds of everything that is prepared. */
const feedsOf = async (rig: Rig): Promise<readonly Feed[]> =>
  (await rig.store.states()).flatMap(({ name, generation, schema }) =>
    toys.filter((toy) => toy.name === name).map((from) => ({ name, generation, schema, from })),
  )
