import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'

describe('what an admin looks after', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  it('is told what happened, the newest first, page by page', async () => {
    const teams = ['one', 'two', 'three']
    for (const name of teams) await api.call('POST /teams', { json: { name } })
    const first = (await api.call('GET /activities?per_page=2')).body
    assert.equal(first.activities.length, 2)
    assert.deepEqual([first.meta.has_next_results, first.meta.next], [true, first.activities[1].id])
    const second = (await api.call(`GET /activities?per_page=2&before=${String(first.meta.next)}`)).body
    assert.deepEqual(
      [second.activities[0].type, second.activities[0].event, second.activities[0].category],
      ['created_team', 'TeamCreated', 'team'],
    )
    assert.ok(second.activities[0].id < first.activities[1].id)
    assert.equal(second.activities[1].event, 'ApiTokenIssued')
  })

  it('sees work that failed too often, and has it tried again', async () => {
    const { work } = api.app
    await work.addNow([{ kind: 'a-kind', key: 'k', causeId: 'c', correlationId: 'c' }])
    const [claimed] = await work.claim('a-kind', 1, 1000)
    assert.ok(claimed !== undefined)
    await work.failed(claimed, 'It broke.', null)
    const { parked } = (await api.call('GET /work/parked')).body
    assert.deepEqual(
      parked.map(({ kind, key, error }: Record<string, unknown>) => [kind, key, error]),
      [['a-kind', 'k', 'It broke.']],
    )
    const retried = await api.call('POST /work/parked/retries', { json: { kind: 'a-kind' } })
    assert.deepEqual([retried.status, retried.body], [202, { retried: 1 }])
    assert.deepEqual((await api.call('POST /work/parked/retries')).body, { retried: 0 })
    assert.deepEqual((await api.call('GET /work/parked')).body, { parked: [] })
  })
})
