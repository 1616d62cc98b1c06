import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'

describe('enrollment profiles in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  it('are files that a Mac opens', async () => {
    const { status, headers, bytes } = await api.call('GET /enrollment_profiles/manual')
    assert.deepEqual([status, bytes.toString()], [200, 'profile for null'])
    assert.equal(headers.get('content-type'), 'application/x-apple-aspen-config')
    assert.equal(headers.get('content-disposition'), 'attachment; filename=enrollment.mobileconfig')
  })

  it('lead into a team that exists, or expressly into none', async () => {
    const { body } = await api.call('POST /teams', { json: { name: 'Sales' } })
    const { id } = body.team
    assert.equal(
      (await api.call(`GET /enrollment_profiles/manual?team_id=${String(id)}`)).bytes.toString(),
      `profile for ${String(id)}`,
    )
    assert.equal((await api.call('GET /enrollment_profiles/manual?team_id=0')).bytes.toString(), 'profile for 0')
    const missing = await api.call('GET /enrollment_profiles/manual?team_id=12345')
    assert.deepEqual([missing.status, missing.body.errors[0].name], [404, 'team_id'])
    const wrong = await api.call('GET /enrollment_profiles/manual?team_id=x')
    assert.deepEqual([wrong.status, wrong.body.errors[0].name], [400, 'team_id'])
  })
})
