import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, startAdminApi } from '../../../support/admin-api.ts'

describe('a batch of settings', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const profile = (name: string, more: object = {}) => ({
    name,
    contents: base64(mobileconfig({ identifier: `com.example.${name}`, name })),
    ...more,
  })
  const declaration = (name: string, more: object = {}) => ({
    name,
    contents: base64(
      JSON.stringify({
        Type: 'com.apple.configuration.passcode.settings',
        Identifier: `com.example.${name}`,
        Payload: {},
        ...more,
      }),
    ),
  })
  const send = (profiles: object, query = '') => api.call(`POST /configuration_profiles/batch${query}`, { json: { profiles } })
  const names = async () =>
    (await api.call('GET /configuration_profiles')).body.profiles.map(({ name }: { name: string }) => name)
  const events = async () => (await api.app.log.readAll({ after: null, limit: 10_000 })).length

  it('replaces the whole set, and appends nothing when nothing changed', async () => {
    assert.equal((await send([profile('wifi'), profile('vpn'), declaration('passcode')])).status, 204)
    assert.deepEqual(await names(), ['passcode', 'vpn', 'wifi'])
    const before = await events()
    assert.equal((await send([profile('vpn'), declaration('passcode'), profile('wifi')])).status, 204)
    assert.equal(await events(), before)
    assert.equal((await send([profile('wifi', { labels_include_any: ['macOS'] })])).status, 204)
    const { profiles } = (await api.call('GET /configuration_profiles')).body
    assert.deepEqual(
      profiles.map(({ name, labels_include_any }: { name: string; labels_include_any: object }) => [name, labels_include_any]),
      [['wifi', [{ name: 'macOS', id: 2 }]]],
    )
  })

  it('may hold Windows profiles, known by their names among all the others', async () => {
    const locUri = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
    const syncml = (value: string) =>
      `<Replace><Item><Target><LocURI>${locUri}</LocURI></Target><Data>${value}</Data></Item></Replace>`
    const camera = (value: string) => ({ name: 'camera', contents: base64(syncml(value)) })
    assert.equal((await send([profile('wifi'), camera('0')])).status, 204)
    const shown = async () =>
      (await api.call('GET /configuration_profiles')).body.profiles.find(({ name }: { name: string }) => name === 'camera')
    const first = await shown()
    assert.deepEqual([first.platform, first.identifier, first.profile_uuid[0]], ['windows', undefined, 'w'])
    const before = await events()
    assert.equal((await send([profile('wifi'), camera('0')])).status, 204)
    assert.equal(await events(), before)
    assert.equal((await send([profile('wifi'), camera('1')])).status, 204)
    assert.equal((await shown()).profile_uuid, first.profile_uuid)
    const { bytes, headers } = await api.call(`GET /configuration_profiles/${String(first.profile_uuid)}?alt=media`)
    assert.equal(bytes.toString(), syncml('1'))
    assert.match(headers.get('content-disposition') ?? '', /camera\.xml/)
    assert.equal((await send([profile('camera'), camera('1')])).body.errors[0].name, 'profiles.1.name')
    assert.equal((await send([{ ...camera('1'), name: 'Disk encryption' }])).status, 400)
    assert.equal((await send([profile('wifi')])).status, 204)
  })

  it('is only checked in a dry run', async () => {
    const before = await events()
    assert.equal((await send([], '?dry_run=true')).status, 204)
    assert.equal(await events(), before)
    assert.deepEqual(await names(), ['wifi'])
  })

  it('is followed by resends with a rate, which is a whole number of hosts a minute', async () => {
    const [{ profile_uuid }] = (await api.call('GET /configuration_profiles')).body.profiles
    const resend = (rate_per_minute: unknown) =>
      api.call('POST /configuration_profiles/resend/batch', {
        json: { profile_uuid, filters: { profile_status: 'failed' }, rate_per_minute },
      })
    const { status, body } = await resend(60)
    assert.deepEqual([status, body.host_count, typeof body.done_at], [202, 0, 'string'])
    for (const rate of [0, 1.5, 'fast'])
      assert.deepEqual([(await resend(rate)).status, (await resend(rate)).body.errors[0].name], [422, 'rate_per_minute'])
  })

  it('takes the older form, from name to contents', async () => {
    assert.equal((await send({ vpn: profile('vpn').contents })).status, 204)
    assert.deepEqual(await names(), ['vpn'])
  })

  it('does nothing when one of it is wrong, and names it', async () => {
    const before = await events()
    const refused = async (profiles: object, query = '') => {
      const { status, body } = await send(profiles, query)
      return [status, body.errors[0].name]
    }
    assert.deepEqual(await refused([profile('wifi'), { name: 'x', contents: base64('hello') }]), [422, 'profiles.1.contents'])
    assert.deepEqual(await refused([declaration('x', { Type: 'com.apple.management.server-capabilities' })]), [
      422,
      'profiles.0.Type',
    ])
    assert.deepEqual(await refused([profile('same'), declaration('same')]), [422, 'profiles.1.name'])
    assert.deepEqual(await refused([profile('x', { labels_include_all: ['Nobody'] })]), [400, 'labels'])
    assert.deepEqual(await refused([{ name: 'w', contents: base64('<Replace/>') }]), [400, 'profiles.0.profile'])
    assert.deepEqual(await refused([{ name: 'x', contents: '***' }]), [422, 'profiles.0.contents'])
    assert.deepEqual(await refused([], '?team_name=Nobody'), [404, 'team_name'])
    assert.deepEqual(await refused([], '?team_id=0&team_name=x'), [422, 'team_name'])
    assert.equal(await events(), before)
  })
})
