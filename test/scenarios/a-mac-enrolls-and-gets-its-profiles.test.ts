import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoPush } from '../../src/cli/demo/push.ts'
import { startPush } from '../../src/cli/demo/push.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const count = 6

describe('A Mac that enrolls on a fresh server', function () {
  this.timeout(60_000)
  let folder: string
  let push: DemoPush
  let server: TestServer
  let fleet: AppleFleet
  let enrolledAt: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-push-'))
    push = await startPush(folder)
    server = await startServer({ embedded: true, environment: push.settings })
    await server.client.pushCertificate.upload(push)
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
    await push?.apns.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('enrolls over HTTPS with a certificate of its own', async () => {
    fleet = await story.enrolledFleet(server, { count, seed: 'first day' })
    fleet.attach(push.apns)
    const udids = fleet.devices.map(({ udid }) => udid).toSorted()
    await eventually('all Macs are shown as managed', async () => {
      const { hosts } = await server.client.hosts.list()
      const managed = hosts.filter(({ mdm }) => mdm.connected_to_fleet)
      return (
        managed
          .map(({ uuid }) => uuid)
          .toSorted()
          .join() === udids.join()
      )
    })
    enrolledAt = new Date().toISOString()
  })

  it('is woken by pushes alone, and gets every profile of its team', async () => {
    const names = ['firewall', 'passcode', 'wifi']
    const ids = await Promise.all(names.map((name) => story.upload(server.client, story.profileCalled(name))))
    await eventually('every Mac holds its three profiles', () => story.allHold(fleet, names))
    for (const id of ids) await story.settled(server.client, id, count)
    const sent = fleet.devices[0]?.installed().find(({ identifier }) => identifier === 'com.example.wifi')?.sha256
    assert.equal(sent, story.sha256Of(story.profileCalled('wifi')), 'the bytes arrive as they were uploaded')
    for (const { pushToken } of fleet.devices) assert.ok(push.apns.countOf(pushToken) > 0)
  })

  it('loses a profile that was deleted, and only that', async () => {
    const { profiles } = await server.client.profiles.list(null)
    const passcode = profiles.find(({ identifier }) => identifier === 'com.example.passcode')
    await server.client.profiles.delete(passcode?.profile_uuid ?? '')
    await eventually('every Mac holds the other two', () => story.allHold(fleet, ['firewall', 'wifi']))
    await eventually('nothing is pending', async () => (await server.client.summary(null)).pending === 0)
  })

  it('has a history that tells who did what and why', async () => {
    for (const device of fleet.devices) {
      const history = await story.historyOf(server.client, device)
      const types = story.typesIn(history)
      assert.deepEqual(types.slice(0, 3), ['HostDiscovered', 'EnrollmentStarted', 'ChannelOpened'])
      assert.deepEqual(story.queuedIn(history).toSorted(), [
        'install-profile firewall',
        'install-profile passcode',
        'install-profile wifi',
        'remove-profile passcode',
        'sync-declarations',
      ])
      assert.equal(types.filter((type) => type === 'ProfileInstalled').length, 3)
      assert.equal(types.filter((type) => type === 'ProfileRemoved').length, 1)
      story.answeredOnce(history)
      for (const { type, actor, sentence, correlation_id } of history) {
        const by = type === 'CommandsQueued' || type === 'DeclarationsAnnounced' ? 'worker' : 'device'
        assert.equal(actor.kind, by, type)
        assert.ok(sentence !== null && correlation_id !== '')
      }
    }
  })

  it('is shown as it was before the first upload, and as it is now', async () => {
    const [device] = fleet.devices
    const id = await story.hostIdOn(server.client, device ?? { udid: '' })
    const before = await server.client.hosts.at(id, enrolledAt)
    assert.deepEqual(before.host.mdm.profiles, [])
    assert.equal(before.host.mdm.connected_to_fleet, true)
    const now = await server.client.hosts.at(id, new Date().toISOString())
    assert.deepEqual(now.host.mdm.profiles?.map(({ identifier }) => identifier).toSorted(), [
      'com.example.firewall',
      'com.example.wifi',
    ])
  })

  it('worked without a complaint', () => {
    assert.deepEqual(server.complaints, [])
  })
})
