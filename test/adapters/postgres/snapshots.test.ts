import assert from 'node:assert/strict'
import { largestState, postgresSnapshots } from '../../../src/adapters/postgres/snapshots.ts'
import { eventually } from '../../support/eventually.ts'
import { snapshotsContract } from '../../contracts/snapshots.contract.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

snapshotsContract('Postgres', async () => {
  const { pool, logger, close } = await openOperational()
  return { snapshots: postgresSnapshots({ pool, rules: 'these', logger }), stop: close }
})

describe('Snapshots in Postgres', function () {
  this.timeout(30_000)
  let place: Operational
  before(async () => {
    place = await openOperational()
  })
  after(() => place?.close())

  const by = (rules: string) => postgresSnapshots({ ...place, rules })
  const snapshot = { revision: 300, eventId: 'e', state: { level: 1 } }

  it('are found by the rules that made them alone, and give way to those of other rules', async () => {
    await by('old').keep('box-1', snapshot)
    assert.equal(await by('new').find('box-1'), null)
    await by('new').keep('box-1', { ...snapshot, revision: 250 })
    assert.equal((await by('new').find('box-1'))?.revision, 250)
    assert.equal(await by('old').find('box-1'), null)
  })

  it('are not kept where they are too large, and the last stays', async () => {
    await by('new').keep('box-2', snapshot)
    await by('new').keep('box-2', { ...snapshot, revision: 900, state: 'x'.repeat(largestState) })
    assert.equal((await by('new').find('box-2'))?.revision, 300)
  })

  it('are none where they cannot be read, which is told once', async () => {
    await by('new').keep('box-3', snapshot)
    await place.pool.query(`update snapshots set state = 'garbage' where stream = 'box-3'`)
    const store = by('new')
    assert.deepEqual([await store.find('box-3'), await store.find('box-3')], [null, null])
    assert.deepEqual(place.warnings, ['A snapshot cannot be read; its stream is read whole.'])
  })

  it('are let go of at the next start when other rules made them long ago', async () => {
    await by('new').keep('box-4', snapshot)
    await by('newest').keep('box-5', snapshot)
    await place.pool.query(`update snapshots set kept_at = now() - interval '2 days'`)
    by('newest')
    const streams = async () => (await place.pool.query<{ stream: string }>('select stream from snapshots order by stream')).rows
    await eventually('they are let go of', async () => (await streams()).length === 1)
    assert.deepEqual(await streams(), [{ stream: 'box-5' }])
  })
})
