import assert from 'node:assert/strict'
import { host } from '../../../../src/domain/host/host.ts'
import type { HostFacts } from '../../../../src/domain/enrollment/events.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, profileForm, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'

describe('What a host can only refuse, at the door', function () {
  this.timeout(60_000)
  let api: AdminApi
  let [phone, mac] = ['', '']

  before(async () => {
    api = await startAdminApi()
    phone = await enrollHost(api.app, { udid: 'PHONE-1', productName: 'iPhone15,2' })
    mac = await enrollHost(api.app, { udid: 'MAC-1' })
    await enrollHost(api.app, { udid: 'MAC-2' })
  })
  after(() => api.stop())

  const described = async (hostId: string, facts: HostFacts) => {
    const describe = { type: 'DescribeHost', data: { facts, source: 'device-information' } } as const
    await api.app.caughtUp(await api.app.execute(host, hostId, describe, testCause()))
  }
  const run = (requestType: string, host_uuids: readonly string[], more = '') => {
    const plist = `<?xml version="1.0"?><plist version="1.0"><dict><key>RequestType</key><string>${requestType}</string>${more}</dict></plist>`
    return api.call('POST /commands/run', { json: { command: Buffer.from(plist).toString('base64'), host_uuids } })
  }

  it('is a lock of a phone that is not supervised, once that is known [case G5]', async () => {
    await described(phone, { supervised: 'no' })
    const { status, body } = await api.call(`POST /hosts/${phone}/lock`)
    assert.deepEqual(
      [status, body.errors[0].reason],
      [422, 'This host is not supervised; only a supervised one can be put into Lost Mode.'],
    )
    const restart = await run('RestartDevice', ['PHONE-1'])
    assert.deepEqual([restart.status, restart.body.errors[0].name], [422, 'host_uuids'])
    assert.match(restart.body.errors[0].reason, /not supervised; on iOS/)
  })

  it('is what systems from 27 on have dropped: said to all, refused for those that run one, taken back from those that come to', async () => {
    const taken = await run('OSUpdateStatus', ['MAC-1', 'MAC-2'])
    assert.equal(taken.status, 200)
    assert.match(taken.body.warnings[0], /from 27 on do not take OSUpdateStatus/)
    await described(mac, { osVersion: '27.0' })
    const [command] = (await api.call(`GET /hosts/${mac}/commands`)).body.results
    assert.equal(command.status, 'Cancelled')
    const { body } = await api.call(`GET /hosts/${mac}/commands/${String(taken.body.command_uuid)}/explain`)
    assert.match(JSON.stringify(body), /another version of its system by now/)
    const again = await run('AvailableOSUpdates', ['MAC-1', 'MAC-2'])
    assert.deepEqual([again.status, again.body.errors.length], [200, 1])
    assert.match(again.body.errors[0].reason, /not taken by macOS 27\.0 any more/)
    assert.equal((await run('AvailableOSUpdates', ['MAC-1'])).status, 422)
  })

  it('is a command to a Mac that only its users take, and one that its platform does not have', async () => {
    for (const requestType of ['TriggerEnhancedLogCollection', 'NSExtensionMappings'])
      assert.match((await run(requestType, ['MAC-2'])).body.errors[0].reason, /goes to a user, not to the device/)
    const { status, body } = await run('PlayLostModeSound', ['MAC-2'])
    assert.deepEqual([status, body.errors[0].reason], [422, 'MAC-2: The command PlayLostModeSound does not exist on macOS.'])
  })

  it('is a question where a Mac or an unsupervised phone is, and clearing the passcode of a Mac [case G5]', async () => {
    for (const [deed, hostId, reason] of [
      ['location', mac, /DeviceLocation does not exist on macOS/],
      ['clear_passcode', mac, /ClearPasscode does not exist on macOS/],
      ['location', phone, /not supervised; on iOS only a supervised one takes DeviceLocation/],
    ] as const) {
      const { status, body } = await api.call(`POST /hosts/${hostId}/${deed}`)
      assert.equal(status, 422)
      assert.match(body.errors[0].reason, reason)
    }
  })

  it('is told of settings that systems from 27 on ignore, which are taken', async () => {
    const upload = (identifier: string, type: string, extra = '') =>
      api.call('POST /configuration_profiles', { body: profileForm(mobileconfig({ identifier, name: identifier, type, extra })) })
    const { status, body } = await upload('com.example.updates', 'com.apple.SoftwareUpdate')
    assert.equal(status, 200)
    assert.match(body.warnings[0], /from 27 on ignore com\.apple\.SoftwareUpdate\./)
    const delays = '<key>enforcedSoftwareUpdateDelay</key><integer>30</integer><key>allowCamera</key><false/>'
    assert.match(
      (await upload('com.example.delay', 'com.apple.applicationaccess', delays)).body.warnings[0],
      /ignore enforcedSoftwareUpdateDelay\./,
    )
    assert.equal((await upload('com.example.wifi', 'com.apple.wifi.managed')).body.warnings, undefined)
  })

  it('is told of such settings wherever they come in: in an edit, a batch, and a plan [case G5]', async () => {
    const updates = (extra = '') =>
      mobileconfig({ identifier: 'com.example.soft', name: 'Soft', type: 'com.apple.SoftwareUpdate', extra })
    const ignored = /from 27 on ignore com\.apple\.SoftwareUpdate\./
    const { profile_uuid } = (await api.call('POST /configuration_profiles', { body: profileForm(updates()) })).body
    const other = updates('<key>AutomaticCheckEnabled</key><true/>')
    const path = `PATCH /configuration_profiles/${String(profile_uuid)}`
    const planned = await api.call(`${path}?plan=true`, { body: profileForm(other) })
    assert.match(planned.body.plan.warnings[0], ignored)
    const edited = await api.call(path, { body: profileForm(other) })
    assert.equal(edited.status, 200)
    assert.match(edited.body.warnings[0], ignored)
    const batch = (contents: Buffer) =>
      api.call('POST /configuration_profiles/batch', {
        json: { profiles: [{ name: '', contents: contents.toString('base64') }] },
      })
    const replaced = await batch(Buffer.from(updates()))
    assert.equal(replaced.status, 200)
    assert.match(replaced.body.warnings[0], /^Soft: Systems of Apple from 27 on ignore/)
    assert.equal((await batch(Buffer.from(mobileconfig({ identifier: 'com.example.wifi' })))).status, 204)
  })

  it('is refused later, by the host, as an entry among the activities that says why [case G5]', async () => {
    const tablet = await enrollHost(api.app, { udid: 'PAD-1', productName: 'iPad13,1' })
    const { body } = await api.call(`POST /hosts/${tablet}/lock`)
    const errors = [{ code: 12021, domain: 'MCMDMErrorDomain', description: 'The device is not supervised.' }]
    const { state } = await api.app.load(host, tablet)
    const commandId = state.custody.pending?.commandId ?? assert.fail(JSON.stringify(body))
    const data = { commandId, outcome: 'failed', errors, result: null } as const
    await api.app.caughtUp(await api.app.execute(host, tablet, { type: 'ReportCommand', data }, testCause()))
    const { activities } = (await api.call('GET /activities')).body
    const [told] = activities
    assert.equal(told.type, 'lock_failed')
    assert.match(told.details.reason, /not supervised/)
    assert.equal(told.details.command_uuid, commandId)
  })
})
