import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'

describe('account enrollments in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  it('are offered with a code that is shown once', async () => {
    const { status, body } = await api.call('POST /account_enrollments', {
      json: { managed_apple_account: ' ann@example.com ', mode: 'ADDE', expires_in_hours: 2 },
    })
    assert.equal(status, 200)
    const { code, id, ...rest } = body.account_enrollment
    assert.match(code, /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/)
    assert.deepEqual(rest, {
      managed_apple_account: 'ann@example.com',
      team_id: 0,
      mode: 'ADDE',
      expires_at: '2026-03-01T14:00:00.000Z',
      discovery_url: 'https://mdm.example.com/.well-known/com.apple.remotemanagement',
    })
    const listed = await api.call('GET /account_enrollments')
    assert.ok(!listed.bytes.toString().includes(code))
    assert.deepEqual(listed.body.account_enrollments, [
      {
        id,
        managed_apple_account: 'ann@example.com',
        team_id: 0,
        mode: 'ADDE',
        status: 'offered',
        created_at: '2026-03-01T12:00:00.000Z',
        expires_at: '2026-03-01T14:00:00.000Z',
      },
    ])
    assert.equal((await api.call(`DELETE /account_enrollments/${String(id)}`)).status, 200)
    assert.equal((await api.call('GET /account_enrollments')).body.account_enrollments[0].status, 'withdrawn')
  })

  it('are refused with the field at fault', async () => {
    const cases: readonly (readonly [object, number, string])[] = [
      [{}, 422, 'managed_apple_account'],
      [{ managed_apple_account: 'ann' }, 422, 'managed_apple_account'],
      [{ managed_apple_account: `${'a'.repeat(300)}@example.com` }, 422, 'managed_apple_account'],
      [{ managed_apple_account: 'a@b', mode: 'MDM' }, 422, 'mode'],
      [{ managed_apple_account: 'a@b', expires_in_hours: 0 }, 422, 'expires_in_hours'],
      [{ managed_apple_account: 'a@b', team_id: 12345 }, 404, 'team_id'],
    ]
    for (const [json, expected, field] of cases) {
      const { status, body } = await api.call('POST /account_enrollments', { json })
      assert.deepEqual([status, body.errors[0].name], [expected, field], JSON.stringify(json))
    }
    assert.equal((await api.call('DELETE /account_enrollments/0123')).status, 404)
    assert.equal((await api.call('DELETE /account_enrollments/A%20B')).status, 404)
  })
})
