import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Feed } from '../../../src/app/projection-store.ts'
import type { Recorded } from '../../../src/kernel/event.ts'
import { erased } from '../../../src/kernel/projection.ts'
import { query } from '../../../src/kernel/query.ts'
import type { Rig } from '../../app/projection-rig.ts'
import { projectionRig } from '../../app/projection-rig.ts'
import type { ToyEvent } from '../../app/toy-projections.ts'
import {
  boxes,
  filled,
  metadata,
  named,
  placed,
  put,
  shaken,
  takenAway,
  takenOut,
  things,
  toys,
} from '../../app/toy-projections.ts'

describe('the read models’ database', function () {
  this.timeout(60_000)
  let rig: Rig
  beforeEach(async () => {
    rig = await projectionRig()
  })
  afterEach(() => rig.close())

  it('answers with what was written: times as ISO 8601, numbers as numbers', async () => {
    const at = '2026-01-02T03:04:05.678Z'
    const question = query<object>`
      select ${at}::timestamptz as at, count(*) as n, 9007199254740993 as beyond, null::timestamptz as never, date '2026-02-03' as day`
    assert.deepEqual(await rig.database.read(question), [
      { at, n: 1, beyond: '9007199254740993', never: null, day: '2026-02-03' },
    ])
  })

  it('runs a transaction whole or not at all', async () => {
    const { database } = rig
    await rig.sql('create table notes (note text primary key)')
    await database.transaction((sql) => sql('insert into notes values ($1)', ['kept']))
    const fails = database.transaction(async (sql) => {
      await sql('insert into notes values ($1)', ['lost'])
      throw new Error('Changed my mind.')
    })
    await assert.rejects(fails, /Changed my mind/)
    const hides = database.transaction((sql) => sql('insert into notes values ($1)', ['kept']).catch(() => undefined))
    await assert.rejects(hides, /rolled back/)
    assert.deepEqual(await rig.rows('notes'), [{ note: 'kept' }])
  })

  it('shows at once what is applied now, and the runner comes to the same rows', async () => {
    const { log, database } = rig
    const first = rig.run()
    await rig.settled()
    await put(log, '1', placed('red'), filled('hat'))
    await rig.settled()
    await first.stop()

    const after = await log.head()
    await put(log, '1', named('blue'), shaken(3), takenOut('hat'), filled('cup', 'pen'))
    await put(log, '2', placed('green'))
    await database.applyNow(toys, await log.readAll({ after, limit: 100 }))
    const ahead = [await rig.rows('boxes'), await rig.rows('things')]
    assert.deepEqual(
      (await rig.sql('select box_id, name, shakes from boxes order by 1')).map((row) => Object.values(row)),
      [
        ['1', 'blue', 3],
        ['2', 'green', 7],
      ],
    )
    assert.deepEqual(
      (await rig.sql('select thing, shaken_by from things order by 1')).map((row) => Object.values(row)),
      [
        ['cup', null],
        ['pen', null],
      ],
    )

    const second = rig.run()
    await rig.settled()
    assert.deepEqual([await rig.rows('boxes'), await rig.rows('things')], ahead)
    await second.stop()
  })

  it('does nothing for events that the runner has passed', async () => {
    const { log, database } = rig
    await put(log, '1', placed('red'), filled('hat'), takenAway)
    const runner = rig.run()
    await rig.settled()
    await database.applyNow(toys, await log.readAll({ after: null, limit: 2 }))
    assert.deepEqual(await rig.allRows(), [[], [], []])
    await runner.stop()
  })

  it('does nothing before there are tables, and finds the new ones when a read model was rebuilt', async () => {
    const { log, database } = rig
    await put(log, '1', placed('red'))
    const events = await log.readAll({ after: null, limit: 10 })
    await assert.rejects(database.applyNow(toys, events), /projection_state/)

    const first = rig.run()
    await rig.settled()
    await put(log, '1', named('blue'))
    await database.applyNow(toys, events)
    await rig.settled()
    await first.stop()

    const raised = [erased({ ...boxes, version: 2, schema: `${boxes.schema}, extra text default 'new'` })]
    const second = rig.run({ projections: raised })
    await rig.settled(raised)
    await second.stop()
    const after = await log.head()
    await put(log, '1', named('green'))
    await database.applyNow(raised, await log.readAll({ after, limit: 10 }))
    assert.deepEqual(await rig.sql('select name, extra from boxes'), [{ name: 'green', extra: 'new' }])
  })

  it('comes to the rows of the log, whatever was applied ahead, in part and out of turn', async () => {
    const projections = [erased(boxes), erased(things)]
    await rig.store.prepare(projections, false)
    const feeds = (await rig.store.states()).flatMap(({ name, generation, schema }): Feed[] =>
      projections.filter((one) => one.name === name).map((from) => ({ name, generation, schema, from })),
    )
    const clear = () =>
      rig.sql(
        `truncate ${feeds.map(({ schema, name }) => `${schema}.${name}`).join()}; update projection_state set position = null`,
      )
    const apply = (events: readonly Recorded[], from: number, to: number) =>
      rig.store.apply({ feeds, from: events[from - 1]?.position ?? null, events: events.slice(from, to), announce: false })
    const rows = async () => [await rig.rows('boxes'), await rig.rows('things')]

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const events = steps.map(({ id, event }, at) => recorded(id, event, at))
        await clear()
        await apply(events, 0, events.length)
        const truth = await rows()

        await clear()
        let applied = 0
        for (const [at, { late, ahead, runTo }] of steps.entries()) {
          if (ahead > 0) await rig.database.applyNow(projections, events.slice(Math.max(0, at - late), at + ahead))
          const to = Math.min(at + 1, runTo)
          if (to > applied) await apply(events, applied, to)
          applied = Math.max(applied, to)
        }
        if (applied < events.length) await apply(events, applied, events.length)
        assert.deepEqual(await rows(), truth)
      }),
      { numRuns: 100 },
    )
  })
})

const recorded = (id: string, event: ToyEvent, at: number): Recorded => ({
  ...event,
  ...{
    eventId: `event-${String(at)}`,
    id,
    category: 'box',
    revision: at,
    position: String(at + 1).padStart(6, '0'),
    at: metadata.at,
    metadata,
  },
})

const thing = fc.constantFrom('hat', 'cup')
const event: fc.Arbitrary<ToyEvent> = fc.oneof(
  fc.constantFrom('red', 'blue').map((name) => placed(name)),
  fc.constantFrom('green', 'grey').map(named),
  fc.uniqueArray(thing).map((things) => filled(...things)),
  thing.map(takenOut),
  fc.integer({ min: 1, max: 9 }).map(shaken),
  fc.constant(takenAway),
)

/** An event, how many from it on (and before it: late) are applied ahead, and how far the runner may then go. */
const step = fc.record({ id: fc.constantFrom('1', '2'), event, late: fc.nat(3), ahead: fc.nat(3), runTo: fc.nat(14) })
