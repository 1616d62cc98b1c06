import assert from 'node:assert/strict'
import type { AdminApi } from '../../support/admin-api.ts'
import { startAdminApi } from '../../support/admin-api.ts'
import type { Pair } from '../../support/push-certificates.ts'
import { testAuthority, testPushCertificate } from '../../support/push-certificates.ts'

describe('what enrollment needs, in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi
  let authority: Pair
  const topic = 'com.apple.mgmt.External.one'
  // The clock of these tests stands in March 2026.
  const later = new Date('2027-01-15T00:00:00Z')

  before(async () => {
    api = await startAdminApi()
    authority = testAuthority('Push')
  })
  after(() => api.stop())

  const upload = ({ certificatePem, keyPem }: Pair, replace_topic = false) =>
    api.call('POST /mdm/apple/push_certificate', { json: { certificate: certificatePem, key: keyPem, replace_topic } })

  it('has no push certificate before one is uploaded', async () => {
    assert.equal((await api.call('GET /mdm/apple/push_certificate')).status, 404)
  })

  it('takes a push certificate, and keeps its key sealed', async () => {
    const pair = testPushCertificate(authority, topic, later)
    const { status, body } = await upload(pair)
    assert.deepEqual([status, body], [200, { topic, not_after: '2027-01-15T00:00:00.000Z' }])
    const shown = (await api.call('GET /mdm/apple/push_certificate')).body
    assert.deepEqual([shown.topic, shown.not_after], [topic, '2027-01-15T00:00:00.000Z'])
    assert.deepEqual(Object.keys(shown).toSorted(), ['not_after', 'serial', 'topic', 'uploaded_at'])
    const events = JSON.stringify(await api.app.log.readAll({ after: null, limit: 1000 }))
    assert.ok(events.includes('BEGIN CERTIFICATE') && !events.includes('PRIVATE KEY'))
  })

  it('refuses another topic unless the admin insists, because every device would have to enroll again', async () => {
    const other = testPushCertificate(authority, 'com.apple.mgmt.External.two', later)
    const refused = await upload(other)
    assert.deepEqual([refused.status, refused.body.errors[0].name], [409, 'certificate'])
    assert.equal((await upload(other, true)).status, 200)
    assert.equal((await api.call('GET /mdm/apple/push_certificate')).body.topic, 'com.apple.mgmt.External.two')
  })

  it('refuses what cannot be used for push, naming the part at fault', async () => {
    const good = testPushCertificate(authority, topic, later)
    const cases: readonly (readonly [string, Pair, string, RegExp])[] = [
      ['no certificate', { ...good, certificatePem: 'hello' }, 'certificate', /no X\.509/],
      ['no key', { ...good, keyPem: 'hello' }, 'key', /no private key/],
      ['a foreign key', { ...good, keyPem: authority.keyPem }, 'key', /does not belong/],
      [
        'a certificate for something else',
        testPushCertificate(authority, 'com.example.app', later),
        'certificate',
        /com\.apple\.mgmt/,
      ],
      ['an expired one', testPushCertificate(authority, topic, new Date('2026-02-01T00:00:00Z')), 'certificate', /expired/],
    ]
    for (const [what, pair, field, reason] of cases) {
      const { status, body } = await upload(pair)
      assert.deepEqual([status, body.errors[0].name], [422, field], what)
      assert.match(body.errors[0].reason, reason, what)
    }
  })
})
