import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost } from '../../../support/app.ts'

describe('labels in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi
  let ada: string
  let bob: string

  before(async () => {
    api = await startAdminApi()
    ada = await enrollHost(api.app, { udid: 'LABEL-1', name: 'Ada' })
    bob = await enrollHost(api.app, { udid: 'LABEL-2', name: 'Bob' })
  })
  after(() => api.stop())

  const create = (json: object) => api.call('POST /labels', { json })
  const hostsOf = async (id: number) =>
    ((await api.call(`GET /labels/${String(id)}/hosts`)).body.hosts as readonly { id: number }[])
      .map((host) => String(host.id))
      .sort()
  const upload = (labels: Readonly<Record<string, string>>, identifier: string) => {
    const form = new FormData()
    form.set('profile', new Blob([JSON.stringify(declaration(identifier))]), `${identifier}.json`)
    for (const [field, name] of Object.entries(labels)) form.append(field, name)
    return api.call('POST /configuration_profiles', { body: form })
  }

  it('list hosts by hand, and show them at once', async () => {
    const { status, body } = await create({ name: 'Engineers', hosts: ['Ada', 'LABEL-2'] })
    assert.equal(status, 200)
    assert.deepEqual([body.label.label_membership_type, body.label.label_type, body.label.host_count], ['manual', 'regular', 2])
    assert.deepEqual(await hostsOf(body.label.id), [ada, bob].sort())
    const patched = await api.call(`PATCH /labels/${String(body.label.id)}`, { json: { hosts: ['Bob'], name: 'Builders' } })
    assert.deepEqual([patched.body.label.name, patched.body.label.host_count], ['Builders', 1])
    assert.deepEqual(await hostsOf(body.label.id), [bob])
    const { labels } = (await api.call(`GET /hosts/${bob}/labels`)).body
    assert.deepEqual(
      labels.map(({ name }: { name: string }) => name),
      ['All Hosts', 'macOS', 'Builders'],
    )
  })

  it('refuse what cannot be, naming the field', async () => {
    await create({ name: 'Taken', query: 'SELECT 1' })
    const refused = async (json: object) => {
      const { status, body } = await create(json)
      return [status, body.errors[0].name]
    }
    assert.deepEqual(await refused({ name: 'TAKEN', query: 'SELECT 1' }), [422, 'name'])
    assert.deepEqual(await refused({ name: 'macos', hosts: [] }), [422, 'name'])
    assert.deepEqual(await refused({ name: 'Both', query: 'SELECT 1', hosts: [] }), [422, 'query'])
    assert.deepEqual(await refused({ name: 'Nobody', hosts: ['nobody'] }), [400, 'hosts'])
    assert.deepEqual(await refused({ name: ' ', hosts: [] }), [422, 'name'])
    const dynamic = (await api.call('GET /labels')).body.labels.find(({ name }: { name: string }) => name === 'Taken')
    assert.equal((await api.call(`PATCH /labels/${String(dynamic.id)}`, { json: { hosts: ['Ada'] } })).status, 422)
    assert.equal((await api.call('DELETE /labels/macOS')).status, 422)
    assert.equal((await api.call('DELETE /labels/Nobody')).status, 404)
  })

  it('aim settings at hosts, and show as broken when they are deleted', async () => {
    const { body } = await create({ name: 'Painters', hosts: ['Ada'] })
    const uploaded = await upload({ labels_include_any: 'Painters', labels_exclude_any: 'iPadOS' }, 'com.example.paint')
    assert.equal(uploaded.status, 200)
    const shown = async () => (await api.call(`GET /configuration_profiles/${String(uploaded.body.profile_uuid)}`)).body
    const { labels_include_any, labels_exclude_any } = await shown()
    assert.deepEqual(labels_include_any, [{ name: 'Painters', id: body.label.id }])
    assert.deepEqual(labels_exclude_any, [{ name: 'iPadOS', id: 4 }])
    assert.equal((await api.call('DELETE /labels/painters')).status, 200)
    assert.deepEqual((await shown()).labels_include_any, [{ name: 'Painters', broken: true }])
    assert.equal((await create({ name: 'Painters', hosts: [] })).status, 200, 'the name is free again')
  })

  it('must exist when settings name them, and are included in one way only', async () => {
    const unknown = await upload({ labels_include_all: 'Nobody knows' }, 'com.example.a')
    assert.deepEqual([unknown.status, unknown.body.errors[0].name], [400, 'labels'])
    const both = await upload({ labels_include_all: 'macOS', labels_include_any: 'iOS' }, 'com.example.b')
    assert.deepEqual([both.status, both.body.errors[0].name], [422, 'labels_include_any'])
  })

  it('refuse declarations that the server or the device could not live with', async () => {
    const refused = async (file: string, extension = '.json') => {
      const form = new FormData()
      form.set('profile', new Blob([file]), `settings${extension}`)
      const { status, body } = await api.call('POST /configuration_profiles', { body: form })
      return [status, body.errors[0].name]
    }
    const typed = (Type: string, more: object = {}) => JSON.stringify({ ...declaration('com.example.x'), Type, ...more })
    const configuration = 'com.apple.configuration.'
    assert.deepEqual(await refused('{'), [400, 'profile'])
    assert.deepEqual(await refused('[]'), [422, 'profile'])
    assert.deepEqual(await refused(typed('com.apple.configuration.watch.enrollment')), [422, 'Type'])
    assert.deepEqual(await refused(typed(`${configuration}account.google`)), [422, 'Type'])
    assert.deepEqual(await refused(typed(`${configuration}management.status-subscriptions`)), [422, 'Type'])
    assert.deepEqual(await refused(typed(`${configuration}softwareupdate.enforcement.specific`)), [422, 'Type'])
    assert.deepEqual(await refused(typed(`${configuration}x`, { Identifier: 'x'.repeat(65) })), [422, 'Identifier'])
    assert.deepEqual(await refused(typed(`${configuration}x`, { Payload: [] })), [422, 'Payload'])
    assert.deepEqual(await refused(typed(`${configuration}x`, { PayloadScope: 'Both' })), [422, 'PayloadScope'])
    assert.deepEqual(await refused(typed(`${configuration}x`, { Surprise: 1 })), [422, 'Surprise'])
    assert.deepEqual(await refused(typed(`${configuration}x`, { Payload: { a: '$FLEET_VAR_NOBODY' } })), [400, 'profile'])
    assert.deepEqual(await refused(typed(`${configuration}x`, { Payload: { a: '$FLEET_SECRET_WIFI' } })), [422, 'profile'])
    assert.deepEqual(await refused('x', '.docx'), [400, 'profile'])
  })
})

const declaration = (Identifier: string) => ({
  Type: 'com.apple.configuration.passcode.settings',
  Identifier,
  Payload: { RequirePasscode: true },
})
