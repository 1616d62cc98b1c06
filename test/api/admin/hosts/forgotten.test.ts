import assert from 'node:assert/strict'
import { host } from '../../../../src/domain/host/host.ts'
import { workOff } from '../../../../src/workers/worker.ts'
import { destroyKeys } from '../../../../src/workers/destroy-key.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'

describe('Forgetting a host', function () {
  this.timeout(30_000)
  let api: AdminApi
  let hostId: string

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())
  let hosts = 0
  beforeEach(async () => {
    const [udid, serial] = [`UDID-${String(hosts)}`, `C02${String(hosts++)}`]
    hostId = await enrollHost(api.app, { udid, serial, name: 'Ada’s Mac', osVersion: '15.3' })
  })

  const forget = (json: object, id = hostId) => api.call(`POST /hosts/${id}/forget`, { json })
  const serialOf = async () => (await api.call(`GET /hosts/${hostId}`)).body.host.hardware_serial
  const destroyed = async () => {
    await workOff(api.app, destroyKeys(api.app), () => false)
    await api.app.caughtUp({ position: await api.app.log.head() })
  }

  it('wants a reason, and the serial number or the id once more', async () => {
    for (const [json, field] of [
      [{ confirm: hostId }, 'reason'],
      [{ reason: ' ', confirm: hostId }, 'reason'],
      [{ reason: 'sold' }, 'confirm'],
      [{ reason: 'sold', confirm: 'another' }, 'confirm'],
      [{ reason: 'sold', confirm: hostId, force: 'yes' }, 'force'],
    ] as const) {
      const { status, body } = await forget(json)
      assert.deepEqual([status, body.errors[0].name], [422, field])
    }
    assert.equal((await forget({ reason: 'sold', confirm: '7' }, '7')).status, 404)
    assert.equal((await api.call(`POST /hosts/${hostId}/forget`, { token: secretOf('maintainer'), json: {} })).status, 403)
  })

  it('is refused while it is enrolled, unless it is forced', async () => {
    const wish = { reason: 'sold', confirm: await serialOf() }
    const refused = await forget(wish)
    assert.deepEqual([refused.status, refused.body.errors[0].name], [409, 'force'])
    const { status, body } = await forget({ ...wish, force: true })
    assert.deepEqual([status, body.host_ids, body.key_destroyed], [202, [Number(hostId)], false])
    await destroyed()
    const again = await forget({ reason: 'once more', confirm: Number(hostId) })
    assert.deepEqual([again.status, again.body.forgotten_at, again.body.key_destroyed], [202, body.forgotten_at, true])
  })

  it('leaves its past, without what tells whose it was', async () => {
    const { position } = (await api.call(`GET /hosts/${hostId}/history?order=asc`)).body.events[1]
    await forget({ reason: 'The device was sold.', confirm: hostId, force: true })
    await destroyed()
    const shown = (await api.call(`GET /hosts/${hostId}`)).body.host
    assert.deepEqual(
      [shown.computer_name, shown.hardware_serial, shown.os_version, shown.mdm.enrollment_status, typeof shown.forgotten_at],
      ['', '', 'macOS 15.3', 'Off', 'string'],
    )
    const history = (await api.call(`GET /hosts/${hostId}/history?order=asc`)).body
    assert.ok(!JSON.stringify(history).includes('Ada'))
    assert.deepEqual(
      history.events.map(({ type }: Readonly<{ type: string }>) => type),
      ['HostDiscovered', 'EnrollmentStarted', 'ChannelOpened', 'EnrollmentEnded', 'HostForgotten', 'HostKeyDestroyed'],
    )
    assert.equal(history.events[0].data.facts.name, '[forgotten]')
    assert.equal(history.events[2].data.push, '[sealed]')
    assert.equal(history.events[4].why, 'The device was sold.')
    const past = (await api.call(`GET /hosts/${hostId}?at=${String(position)}`)).body.host
    assert.deepEqual([past.computer_name, past.hardware_serial], ['', ''])
    const { activities } = (await api.call(`GET /hosts/${hostId}/activities`)).body
    assert.ok(!JSON.stringify(activities).includes('Ada'))
    assert.deepEqual(
      [activities[1].type, activities[1].details.reason, activities[1].actor_full_name],
      ['forgot_host', 'The device was sold.', 'the admin'],
    )
  })

  it('answers 410 with a sentence to whoever asks for what it gave into custody', async () => {
    const fingerprint = 'f'.repeat(64)
    const sealed = await api.app.vault.seal(hostId, 'bootstrap-token', Buffer.from('token'))
    const token = { type: 'EscrowBootstrapToken', data: { token: { fingerprint, sealed } } } as const
    await api.app.caughtUp(await api.app.execute(host, hostId, token, testCause()))
    const view = () => api.call(`POST /hosts/${hostId}/escrowed_secrets/${fingerprint}/views`)
    assert.equal((await view()).status, 200)
    assert.equal((await api.call(`POST /hosts/${hostId}/lock`, { json: {} })).status, 200)
    assert.match((await api.call(`GET /hosts/${hostId}/lock/pin`)).body.unlock_pin, /^\d{6}$/)
    await forget({ reason: 'sold', confirm: hostId, force: true })
    for (const moment of ['before the key is destroyed', 'after it']) {
      for (const answer of [await view(), await api.call(`GET /hosts/${hostId}/lock/pin`)]) {
        assert.equal(answer.status, 410, moment)
        assert.match(answer.body.errors[0].reason, /was forgotten at .*: the key of its secrets is destroyed\./)
      }
      await destroyed()
    }
    assert.deepEqual((await api.call(`GET /hosts/${hostId}/escrowed_secrets`)).body, { escrowed_secrets: [] })
  })

  it('says of commands and their results that they were erased', async () => {
    const commandId = 'erased-command'
    const bytes = Buffer.from('<plist/>')
    const payload = await api.app.blobs.keepSealed(hostId, `command/${commandId}`, bytes, testCause())
    const request = { kind: 'raw', requestType: 'Settings', payload } as const
    const commands = [{ commandId, channel: 'device', request, reason: { code: 'asked' } }] as const
    const queue = { type: 'QueueCommands', data: { commands } } as const
    await api.app.execute(host, hostId, queue, testCause())
    const result = await api.app.blobs.keepSealed(hostId, `result/${commandId}`, bytes, testCause())
    const report = { type: 'ReportCommand', data: { commandId, outcome: 'acknowledged', errors: [], result } } as const
    await api.app.caughtUp(await api.app.execute(host, hostId, report, testCause()))
    await forget({ reason: 'sold', confirm: hostId, force: true })
    await destroyed()
    const { status, body } = await api.call(`GET /commands/results?command_uuid=${commandId}`)
    assert.equal(status, 200)
    assert.deepEqual([body.results[0].payload, body.results[0].result], [null, null])
    assert.match(body.results[0].erased, /the key of the host was destroyed/)
  })
})
