import assert from 'node:assert/strict'
import { verify, X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { readPlist } from '../../../../src/protocols/plist/read.ts'
import { endings } from '../../../../src/workers/endings.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'
import type { Pair } from '../../../support/push-certificates.ts'
import { testAuthority, testPushCertificate } from '../../../support/push-certificates.ts'

describe('the push certificate, in the admin API', function () {
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
    assert.deepEqual([status, body], [200, { topic, not_after: '2027-01-15T00:00:00.000Z', warning: null }])
    const shown = (await api.call('GET /mdm/apple/push_certificate')).body
    assert.deepEqual([shown.topic, shown.not_after], [topic, '2027-01-15T00:00:00.000Z'])
    assert.deepEqual(Object.keys(shown).toSorted(), [
      'days_left',
      'devices_out_of_reach',
      'not_after',
      'serial',
      'topic',
      'uploaded_at',
      'warning',
    ])
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

  it('is asked for with a key that never leaves the server, and is then uploaded without one', async () => {
    const asked = await api.call('POST /mdm/apple/push_certificate/requests', { json: {} })
    assert.equal(asked.status, 200)
    const csr = forge.pki.certificationRequestFromPem(asked.body.csr)
    assert.ok(csr.verify())
    const publicKeyPem = forge.pki.publicKeyToPem(csr.publicKey ?? assert.fail('The request has no key.'))
    const { certificatePem } = testPushCertificate(authority, 'com.apple.mgmt.External.two', later, publicKeyPem)
    const { status, body } = await api.call('POST /mdm/apple/push_certificate', { json: { certificate: certificatePem } })
    assert.deepEqual([status, body.topic], [200, 'com.apple.mgmt.External.two'])
    const foreign = testPushCertificate(authority, 'com.apple.mgmt.External.two', later)
    const refused = await api.call('POST /mdm/apple/push_certificate', { json: { certificate: foreign.certificatePem } })
    assert.deepEqual([refused.status, refused.body.errors[0].name], [422, 'key'])
    assert.ok(!JSON.stringify(await api.app.log.readAll({ after: null, limit: 1000 })).includes('PRIVATE KEY'))
  })

  it('is asked for through a vendor, whose signature Apple can verify', async () => {
    const vendor = { vendor_certificate_chain: authority.certificatePem, vendor_key: authority.keyPem }
    const { status, body } = await api.call('POST /mdm/apple/push_certificate/requests', { json: vendor })
    assert.equal(status, 200)
    const plist = readPlist(Buffer.from(body.push_certificate_request, 'base64')) as Readonly<Record<string, string>>
    const csr = Buffer.from(plist['PushCertRequestCSR'] ?? '', 'base64')
    const signature = Buffer.from(plist['PushCertSignature'] ?? '', 'base64')
    assert.ok(verify('sha256', csr, new X509Certificate(authority.certificatePem).publicKey, signature))
    const foreign = { ...vendor, vendor_key: testAuthority('Other').keyPem }
    const refused = await api.call('POST /mdm/apple/push_certificate/requests', { json: foreign })
    assert.deepEqual([refused.status, refused.body.errors[0].name], [422, 'vendor_key'])
  })

  it('warns as its end comes near, in the API and in the log, once per step', async () => {
    const shown = async () => (await api.call('GET /mdm/apple/push_certificate')).body
    assert.equal((await shown()).warning, null)
    const look = endings()
    const warnings = () => api.lines.filter(({ message }) => message.includes('Renew it')).length
    const day = 24 * 60 * 60 * 1000
    api.advance(Date.parse(later.toISOString()) - api.app.clock().getTime() - 59.5 * day)
    assert.match((await shown()).warning, /ends in 59 days/)
    await look(api.app)
    await look(api.app)
    assert.equal(warnings(), 1)
    api.advance(30 * day)
    await look(api.app)
    assert.equal(warnings(), 2)
    api.advance(30 * day)
    assert.match((await shown()).warning, /has expired/)
    await look(api.app)
    assert.equal(warnings(), 3)
  })
})
