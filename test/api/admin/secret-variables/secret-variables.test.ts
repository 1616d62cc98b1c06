import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, startAdminApi } from '../../../support/admin-api.ts'

describe('secrets for settings', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  const put = (secrets: object, more: object = {}) => api.call('PUT /spec/secret_variables', { json: { secrets, ...more } })
  const events = () => api.app.log.readAll({ after: null, limit: 10_000 })
  const listed = async () => (await api.call('GET /custom_variables')).body.custom_variables as readonly { name: string }[]
  const batch = (contents: string, name = 'wifi') =>
    api.call('POST /configuration_profiles/batch', {
      json: { profiles: [{ name, contents: Buffer.from(contents).toString('base64') }] },
    })
  const holding = (text: string) =>
    mobileconfig({ identifier: 'com.example.wifi', name: 'Wi-Fi' }).replace(
      '<key>PayloadDisplayName</key>',
      `<key>Password</key><string>${text}</string><key>PayloadDisplayName</key>`,
    )

  it('are taken with or without their prefix, and told by name alone', async () => {
    const value = 'a value that nobody may read'
    assert.equal((await put([{ name: 'FLEET_SECRET_WIFI', value }], { dry_run: true })).status, 200)
    assert.deepEqual(await listed(), [])
    assert.equal((await put([{ name: 'FLEET_SECRET_WIFI', value }])).status, 200)
    const before = (await events()).length
    assert.equal((await put([{ name: 'WIFI', value }])).status, 200)
    assert.equal((await events()).length, before, 'the same value again appends nothing')
    const shown = await listed()
    assert.deepEqual(
      shown.map(({ name }) => name),
      ['WIFI'],
    )
    assert.ok(!JSON.stringify([shown, await events()]).includes(value))
  })

  for (const [what, secrets, field] of [
    ['a name with a hyphen', [{ name: 'WI-FI', value: 'x' }], 'secrets.0.name'],
    ['no name', [{ value: 'x' }], 'secrets.0.name'],
    ['an empty value', [{ name: 'EMPTY', value: '' }], 'secrets.0.value'],
    ['more than 64 KiB', [{ name: 'LONG', value: 'x'.repeat(65_537) }], 'secrets.0.value'],
    [
      'one name twice',
      [
        { name: 'TWICE', value: 'x' },
        { name: 'FLEET_SECRET_TWICE', value: 'y' },
      ],
      'secrets',
    ],
  ] as const)
    it(`refuse ${what}, and take nothing`, async () => {
      const before = (await events()).length
      const { status, body } = await put(secrets)
      assert.equal(status, 422)
      assert.equal(body.errors[0].name, field)
      assert.equal((await events()).length, before)
    })

  it('stay placeholders in what is stored and shown', async () => {
    await put([{ name: 'PSK', value: 'psk & more' }])
    assert.equal((await batch(holding('$FLEET_SECRET_PSK'))).status, 204)
    const [{ profile_uuid }] = (await api.call('GET /configuration_profiles')).body.profiles
    const { bytes } = await api.call(`GET /configuration_profiles/${String(profile_uuid)}?alt=media`)
    assert.ok(bytes.toString().includes('$FLEET_SECRET_PSK'))
    const deletion = await api.call('DELETE /custom_variables/PSK')
    assert.equal(deletion.status, 409)
    assert.match(deletion.body.errors[0].reason, /used by Wi-Fi/)
  })

  it('must exist before settings name them', async () => {
    const { status, body } = await batch(holding('${FLEET_SECRET_NOWHERE}'))
    assert.equal(status, 422)
    assert.deepEqual(body.errors, [{ name: 'profiles.0.profile', reason: 'There is no secret named NOWHERE.' }])
  })

  it('cannot hide what is refused, nor stand in names', async () => {
    await put([{ name: 'TYPE', value: 'com.apple.MCX.FileVault2' }])
    const hidden = mobileconfig({ identifier: 'com.example.hidden', name: 'Hidden', type: '$FLEET_SECRET_TYPE' })
    assert.equal((await batch(hidden)).status, 422)
    const named = mobileconfig({ identifier: 'com.example.named', name: '$FLEET_SECRET_TYPE' })
    assert.equal((await batch(named)).body.errors[0].name, 'profiles.0.PayloadDisplayName')
  })

  it('are checked as they stand in settings, on upload and when they change [case F1]', async () => {
    const timeout = mobileconfig({ identifier: 'com.example.timeout', name: 'Timeout' }).replace(
      '<key>PayloadDisplayName</key>',
      '<key>Timeout</key><integer>$FLEET_SECRET_TIMEOUT</integer><key>PayloadDisplayName</key>',
    )
    await put([{ name: 'TIMEOUT', value: 'soon' }])
    const refused = await batch(timeout)
    assert.equal(refused.status, 422)
    assert.match(refused.body.errors[0].reason, /\$FLEET_SECRET_TIMEOUT stands in an <integer>/)
    assert.equal((await put([{ name: 'TIMEOUT', value: '42' }])).status, 200)
    assert.equal((await batch(timeout)).status, 204)
    for (const dry_run of [true, false]) {
      const { status, body } = await put([{ name: 'TIMEOUT', value: 'never mind' }], { dry_run })
      assert.equal(status, 422)
      assert.match(body.errors[0].reason, /The settings Timeout could not take this value: \$FLEET_SECRET_TIMEOUT stands in an/)
      assert.ok(!JSON.stringify(body).includes('never mind'))
    }
    assert.equal((await put([{ name: 'TIMEOUT', value: '43' }])).status, 200)
  })

  for (const [name, contents, status, reason] of [
    [
      'a variable in another case',
      '$FLEET_VAR_host_uuid',
      400,
      /no variable \$FLEET_VAR_host_uuid\. It is written \$FLEET_VAR_HOST_UUID/,
    ],
    ['a variable nobody knows', '${FLEET_VAR_HOST_COLOUR}', 400, /no variable \$\{FLEET_VAR_HOST_COLOUR\}/],
    ['a variable with a letter too many', '$FLEET_VAR_HOST_UUIDs', 400, /no variable \$FLEET_VAR_HOST_UUIDs/],
    ['a brace that does not close', '${FLEET_VAR_HOST_UUID', 400, /no variable \$\{FLEET_VAR_HOST_UUID\./],
    ['a secret in another case', '$FLEET_SECRET_timeout', 422, /\$FLEET_SECRET_timeout is no secret/],
    ['a secret nobody knows', '$FLEET_SECRET_NOWHERE', 422, /no secret named NOWHERE/],
    ['a variable behind references', '&#36;FLEET_VAR_host_uuid', 400, /no variable \$FLEET_VAR_host_uuid/],
  ] as const)
    it(`are not taken for ${name}: it is refused by its name [case F1]`, async () => {
      const data = `<Replace><Item><Target><LocURI>./Device/Vendor/MSFT/X/Y</LocURI></Target><Data>${contents}</Data></Item></Replace>`
      const declaration = {
        Type: 'com.apple.configuration.passcode.settings',
        Identifier: 'com.example.d',
        Payload: { a: contents },
      }
      const texts = [holding(contents), data, ...(contents.includes('&') ? [] : [JSON.stringify(declaration)])]
      for (const text of texts) {
        const refused = await batch(text)
        assert.equal(refused.status, status)
        assert.match(refused.body.errors[0].reason, reason)
      }
    })

  it('do not stand in the names of nodes, and variables not where only numbers may [case F1]', async () => {
    await put([{ name: 'NODE', value: 'x' }])
    const node = '<Replace><Item><Target><LocURI>./Device/Vendor/MSFT/X/$FLEET_SECRET_NODE</LocURI></Target></Item></Replace>'
    assert.match((await batch(node)).body.errors[0].reason, /stands in a LocURI/)
    const number = holding('x').replace('<string>x</string>', '<integer>$FLEET_VAR_HOST_UUID</integer>')
    assert.match((await batch(number)).body.errors[0].reason, /\$FLEET_VAR_HOST_UUID stands for a text, but in an <integer>/)
  })

  it('are deleted when nothing names them', async () => {
    await put([{ name: 'OLD', value: 'x' }])
    assert.equal((await api.call('DELETE /custom_variables/OLD')).status, 200)
    assert.equal((await api.call('DELETE /custom_variables/OLD')).status, 404)
    assert.equal((await api.call('POST /custom_variables', { json: { name: 'WIFI', value: 'x' } })).status, 409)
  })
})
