import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { ProjectOptions } from '../../src/app/project-options.ts'
import type { RebuildProgress } from '../../src/app/rebuild.ts'
import { rebuildProjections } from '../../src/app/rebuild.ts'
import { erased } from '../../src/kernel/projection.ts'
import type { Rig } from './projection-rig.ts'
import { projectionRig } from './projection-rig.ts'
import { boxes, filled, nameCounts, named, placed, put, shaken, takenAway, things, toys } from './toy-projections.ts'

describe('rebuilding read models', function () {
  this.timeout(60_000)
  let rig: Rig
  beforeEach(async () => {
    rig = await projectionRig()
    for (let box = 0; box < 60; box++) {
      await put(rig.log, String(box), placed(box % 2 === 0 ? 'red' : 'blue'), filled('hat', 'cup'), shaken(box))
      if (box % 7 === 0) await put(rig.log, String(box), takenAway)
    }
  })
  afterEach(() => rig.close())

  const rebuild = (options: Partial<Parameters<typeof rebuildProjections>[0]> = {}): Promise<readonly RebuildProgress[]> => {
    const logger: ProjectOptions['logger'] = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const { log, store } = rig
    return rebuildProjections({
      log,
      store,
      projections: toys,
      names: 'all',
      signal: new AbortController().signal,
      logger,
      pollMs: 20,
      ...options,
    })
  }

  it('comes to the same rows, by itself when no server runs', async () => {
    const runner = rig.run()
    await rig.settled()
    await runner.stop()
    const before = await rig.allRows()

    const seen: (readonly RebuildProgress[])[] = []
    const ended = await rebuild({ onProgress: (progress) => seen.push(progress), batchSize: 10 })
    assert.deepEqual(
      ended.map(({ name, events, total, state }) => ({ name, events, total, state })),
      toys.map(({ name }) => ({ name, events: 189, total: 189, state: 'done' })),
    )
    assert.ok(seen.length > 0)
    assert.ok(seen.flat().every(({ events, total }) => events <= total && total === 189))
    assert.deepEqual(await rig.allRows(), before)
    assert.equal((await rig.generation('boxes'))?.generation, 2)
    assert.deepEqual(await rig.sql(`select count(*)::int as n from pg_namespace where nspname like 'rm_%'`), [{ n: 3 }])
  })

  it('[case M13] loses nothing that happens meanwhile, and lets no question fail', async () => {
    const runner = rig.run({ batchSize: 50 })
    await rig.settled()

    let over = false
    const writing = (async () => {
      for (let round = 0; !over; round++) {
        await put(rig.log, String(round % 60), named(`name ${String(round % 5)}`), shaken(round))
        await pause(1)
      }
    })()
    let answers = 0
    const asking = (async () => {
      while (!over) {
        const rows = await rig.database.read<{ n: number }>({ text: 'select count(*) as n from boxes', values: [] })
        assert.equal(rows[0]?.n, 51)
        answers++
      }
    })()
    const ended = await rebuild({ batchSize: 20 })
    const again = await rebuild({ names: ['boxes', 'name_counts'] })
    over = true
    await Promise.all([writing, asking])
    assert.ok([...ended, ...again].every(({ state }) => state === 'done'))
    assert.ok(answers > 0)

    await rig.settled()
    await runner.stop()
    const kept = await rig.allRows()
    assert.equal((await rig.generation('boxes'))?.generation, 3)
    await rig.sql('drop table projection_state')
    for (const { name, generation, version } of await generationsLeft())
      await rig.sql(`drop schema rm_${name}_v${String(version)}_g${String(generation)} cascade`)
    const fresh = rig.run()
    await rig.settled()
    await fresh.stop()
    assert.deepEqual(await rig.allRows(), kept)
  })

  const generationsLeft = async () =>
    (await rig.sql(`select nspname::text as schema from pg_namespace where nspname like 'rm_%'`)).map((row) => {
      const [, name = '', version, generation] = /^rm_(.*)_v(\d+)_g(\d+)$/.exec((row as { schema: string }).schema) ?? []
      return { name, version: Number(version), generation: Number(generation) }
    })

  it('goes on being asked the old one when the new one gets stuck', async () => {
    const runner = rig.run()
    await rig.settled()
    await runner.stop()
    const before = await rig.allRows()
    const broken = erased({ ...boxes, on: { ...boxes.on, BoxShaken: () => ({ where: { box_id: '1' }, change: { weight: 1 } }) } })
    const ended = await rebuild({ projections: [broken, erased(things), nameCounts], names: ['boxes'] })
    assert.deepEqual(
      ended.map(({ name, state, failure }) => [name, state, failure?.event.type]),
      [['boxes', 'stuck', 'BoxShaken']],
    )
    assert.deepEqual(await rig.allRows(), before)

    const cured = await rebuild({ names: ['boxes'] })
    assert.deepEqual(
      cured.map(({ state }) => state),
      ['done'],
    )
    assert.deepEqual(await rig.allRows(), before)
  })

  it('stops when told, and a server goes on with it', async () => {
    const runner = rig.run()
    await rig.settled()
    await runner.stop()
    const before = await rig.allRows()
    const over = new AbortController()
    const [progress] = await rebuild({ names: ['boxes'], signal: over.signal, onProgress: () => over.abort() })
    assert.equal(progress?.state, 'building')
    const server = rig.run()
    await rig.settled()
    await server.stop()
    assert.equal((await rig.generation('boxes'))?.generation, 2)
    assert.deepEqual(await rig.allRows(), before)
  })

  it('knows no projection of that name', async () => {
    await assert.rejects(rebuild({ names: ['boxen'] }), {
      message: 'There is no projection "boxen". There are: boxes, things, name_counts.',
    })
    await assert.rejects(rebuild({ names: ['work'] }), /no projection "work"/)
  })
})
