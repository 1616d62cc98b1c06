import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, startAdminApi } from '../../../support/admin-api.ts'

describe('What settings set, in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  const uploaded = async (name: string, contents: string): Promise<string> => {
    const form = new FormData()
    form.set('profile', new Blob([contents]), name)
    const { status, body } = await api.call('POST /configuration_profiles', { body: form })
    assert.equal(status, 200, JSON.stringify(body))
    return String(body.profile_uuid)
  }
  const edit = async (profile: string, name: string, contents: string): Promise<void> => {
    const form = new FormData()
    form.set('profile', new Blob([contents]), name)
    assert.equal((await api.call(`PATCH /configuration_profiles/${profile}`, { body: form })).status, 200)
  }
  const head = async () => String(await api.app.log.head())
  const node = (data: string, locUri = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera') =>
    `<Replace><Item><Target><LocURI>${locUri}</LocURI></Target><Data>${data}</Data></Item></Replace>`

  it('is shown as a tree, and as it was at any moment, with secrets by their names alone', async () => {
    await api.call('PUT /spec/secret_variables', { json: { secrets: [{ name: 'SHOWN', value: 'nobody may see this' }] } })
    const text = (value: string) =>
      mobileconfig({ identifier: 'com.example.shown', name: 'Shown' }).replace(
        '<key>PayloadDisplayName</key>',
        `<key>Password</key><string>${value}</string><key>PayloadDisplayName</key>`,
      )
    const profile = await uploaded('Shown.mobileconfig', text('$FLEET_SECRET_SHOWN'))
    const then = await head()
    await edit(profile, 'Shown.mobileconfig', text('x &amp; y'))
    const now = await api.call(`GET /configuration_profiles/${profile}/settings`)
    assert.equal(now.body.settings.PayloadIdentifier, 'com.example.shown')
    assert.ok(JSON.stringify(now.body.settings).includes('"Password":"x & y"'))
    const before = await api.call(`GET /configuration_profiles/${profile}/settings?at=${then}`)
    assert.ok(JSON.stringify(before.body.settings).includes('"Password":"$FLEET_SECRET_SHOWN"'))
    assert.equal(before.body.as_of.position, then)
    assert.notEqual(before.body.checksum, now.body.checksum)
    assert.ok(!JSON.stringify([before.body, now.body]).includes('nobody may see'))
  })

  it('is told apart from what it was, node by node', async () => {
    const profile = await uploaded('Camera.xml', node('0') + node('1', './Vendor/MSFT/X/Y'))
    const from = await head()
    await edit(profile, 'Camera.xml', node('2', './Vendor/MSFT/X/Z') + node('1'))
    const to = await head()
    const { status, body } = await api.call(`GET /configuration_profiles/${profile}/settings/diff?from=${from}&to=${to}`)
    assert.equal(status, 200)
    assert.deepEqual(body.changes, [
      { path: './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera/data', before: '0', after: '1' },
      { path: './Vendor/MSFT/X/Y', before: { verb: 'Replace', loc_uri: './Vendor/MSFT/X/Y', data: '1' } },
      { path: './Vendor/MSFT/X/Z', after: { verb: 'Replace', loc_uri: './Vendor/MSFT/X/Z', data: '2' } },
    ])
    assert.notEqual(body.from.checksum, body.to.checksum)
    assert.deepEqual((await api.call(`GET /configuration_profiles/${profile}/settings/diff?from=${to}`)).body.changes, [])
    assert.equal((await api.call(`GET /configuration_profiles/${profile}/settings/diff?from=${to}&to=${from}`)).status, 400)
  })

  it('is the keys of a declaration, in their figures', async () => {
    const text =
      '{"Type":"com.apple.configuration.passcode.settings","Identifier":"com.example.f","Payload":{"a":9007199254740993}}'
    const profile = await uploaded('Figures.json', text)
    const { body } = await api.call(`GET /configuration_profiles/${profile}/settings`)
    assert.deepEqual(body.settings.Payload, { a: '9007199254740993' })
  })

  it('is not there for settings that are not', async () => {
    assert.equal((await api.call('GET /configuration_profiles/anone/settings')).status, 404)
    assert.equal((await api.call(`GET /configuration_profiles/anone/settings/diff?from=${await head()}`)).status, 404)
    const profile = await uploaded('Late.xml', node('1', './Vendor/MSFT/Late/X'))
    assert.equal((await api.call(`GET /configuration_profiles/${profile}/settings/diff?from=2020-01-01`)).status, 404)
    assert.equal((await api.call(`GET /configuration_profiles/${profile}/settings/diff`)).status, 400)
  })
})
