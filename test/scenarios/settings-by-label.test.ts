import assert from 'node:assert/strict'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('Settings for some of the Macs', function () {
  this.timeout(90_000)
  let server: TestServer
  let fleet: AppleFleet
  let ids: readonly number[]

  before(async () => {
    server = await startServer()
    fleet = await story.enrolledFleet(server, { count: 3, seed: 'by label' })
    await eventually('the Macs are known', async () => (await server.client.hosts.count()) === 3)
    ids = await Promise.all(fleet.devices.map((device) => story.hostIdOn(server.client, device)))
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  const [first, second] = [0, 1] as const
  const deviceAt = (index: number): AppleDevice => fleet.devices[index] ?? assert.fail('There is no such Mac.')
  const idAt = (index: number): number => ids[index] ?? assert.fail('There is no such Mac.')

  /** Lets all Macs call until each holds what it should. */
  const hold = (what: readonly (readonly string[])[]) =>
    eventually(`the Macs hold ${JSON.stringify(what)}`, async () => {
      await fleet.connectAll()
      return fleet.devices.every((device, index) => story.holdings(device).join() === [...(what[index] ?? [])].sort().join())
    })

  const statusOn = async (index: number, name: string) =>
    (await server.client.hosts.get(idAt(index))).mdm.profiles?.find((profile) => profile.name === name)?.status

  it('reach the members of a label, follow them in and out, and stay when the label is deleted', async () => {
    const { client } = server
    const label = await client.labels.create({ name: 'Painters', hosts: [deviceAt(first).udid] })
    const bytes = story.profileCalled('paint')
    await client.profiles.upload({ name: 'paint.mobileconfig', bytes }, null, { labels_include_any: ['Painters'] })
    await client.profiles.upload({ name: 'plain.mobileconfig', bytes: story.profileCalled('plain') }, null, {
      labels_exclude_any: ['Painters'],
    })
    await hold([['paint'], ['plain'], ['plain']])
    await client.labels.setHosts(label.id, [deviceAt(second).udid])
    await hold([['plain'], ['paint'], ['plain']])
    await client.labels.delete('Painters')
    await hold([['plain'], ['paint'], ['plain']])
    await eventually('nothing is under way', async () => (await client.summary(null)).pending === 0)
  })

  it('are declarations too, verified by the report of the Mac itself', async () => {
    const { client } = server
    const declaration = {
      Type: 'com.apple.configuration.passcode.settings',
      Identifier: 'com.example.passcode',
      Payload: { RequirePasscode: true, CustomRegex: { Regex: '$FLEET_VAR_HOST_HARDWARE_SERIAL' } },
    }
    const bytes = Buffer.from(JSON.stringify(declaration))
    const uuid = await client.profiles.upload({ name: 'Passcode.json', bytes }, null, { labels_include_all: ['macOS'] })
    await eventually('every Mac reported it', async () => {
      await fleet.connectAll()
      return (await client.profiles.status(uuid)).verified === fleet.devices.length
    })
    assert.equal(await statusOn(first, 'Passcode'), 'verified')
    for (const device of fleet.devices) {
      const held = device.declarations().map(({ identifier }) => identifier)
      assert.ok(held.includes('com.example.passcode') && held.includes('com.example.passcode.activation'))
    }
    await client.profiles.delete(uuid)
    await eventually('no Mac has it', async () => {
      await fleet.connectAll()
      return fleet.devices.every(
        (device) => !device.declarations().some(({ identifier }) => identifier === 'com.example.passcode'),
      )
    })
    await eventually('nothing of it is left', async () => {
      await fleet.connectAll()
      return (await statusOn(first, 'Passcode')) === undefined && (await client.summary(null)).pending === 0
    })
  })

  it("may be put in force by an activation of the admin's own, with an asset and a word about the organisation", async () => {
    const { client } = server
    const upload = (name: string, Type: string, Payload: object) => {
      const bytes = Buffer.from(JSON.stringify({ Type, Identifier: `com.example.own.${name}`, Payload }))
      return client.profiles.upload({ name: `${name}.json`, bytes }, null)
    }
    const uuids = [
      await upload('asset', 'com.apple.asset.useridentity', { FullName: 'Ada', EmailAddress: 'ada@example.com' }),
      await upload('math', 'com.apple.configuration.math.settings', {}),
      await upload('activation', 'com.apple.activation.simple', { StandardConfigurations: ['com.example.own.math'] }),
      await upload('organization', 'com.apple.management.organization-info', { Name: 'Example' }),
    ]
    await eventually('every Mac reported all of them', async () => {
      await fleet.connectAll()
      const counts = await Promise.all(uuids.map((uuid) => client.profiles.status(uuid)))
      return counts.every(({ verified }) => verified === fleet.devices.length)
    })
    const held = deviceAt(first).declarations()
    const ids = held.map(({ identifier }) => identifier)
    assert.ok(!ids.includes('com.example.own.math.activation') && !ids.includes('com.example.own.asset.activation'))
    assert.equal(held.filter(({ type }) => type === 'com.apple.management.organization-info').length, 1)
    for (const uuid of uuids) await client.profiles.delete(uuid)
    await eventually('no Mac has them', async () => {
      await fleet.connectAll()
      return fleet.devices.every((device) => device.declarations().every(({ identifier }) => !identifier.includes('.own.')))
    })
  })

  it('are shown by the hosts on which they stand so, and by label', async () => {
    const { client } = server
    const { profiles } = await client.profiles.list(null)
    const plain = profiles.find(({ name }) => name === 'The plain profile')?.profile_uuid ?? ''
    const names = async (filter: Parameters<typeof client.hosts.list>[0]) =>
      (await client.hosts.list(filter)).hosts.map(({ id }) => id).sort()
    const verifying = await names({ profile_uuid: plain, profile_status: 'verifying' })
    assert.deepEqual(verifying, [idAt(first), idAt(2)].sort())
    assert.deepEqual(await names({ profile_uuid: plain, profile_status: 'failed' }), [])
    assert.equal(await client.hosts.count({ label_id: 2 }), 3)
    assert.equal(await client.hosts.count({ label_id: 3 }), 0)
    const resent = await client.profiles.resendFailed(plain)
    assert.equal(resent, 0)
  })

  it('come back when somebody removes them by hand and the Mac is asked', async () => {
    const { client } = server
    await story.upload(client, story.profileCalled('vpn'))
    await hold([
      ['plain', 'vpn'],
      ['paint', 'vpn'],
      ['plain', 'vpn'],
    ])
    await client.hosts.refetch(idAt(first))
    await eventually('the profile was seen', async () => {
      await fleet.connectAll()
      return (await statusOn(first, 'The vpn profile')) === 'verified'
    })
    assert.equal(deviceAt(first).removeProfileByHand('com.example.vpn'), true)
    assert.deepEqual(story.holdings(deviceAt(first)), ['plain'])
    await client.hosts.refetch(idAt(first))
    await hold([
      ['plain', 'vpn'],
      ['paint', 'vpn'],
      ['plain', 'vpn'],
    ])
    const history = await story.historyOf(client, deviceAt(first))
    const missed = history
      .filter(({ type }) => type === 'ProfilesObserved')
      .flatMap(({ data }) => data['missed'] as readonly object[])
    assert.equal(missed.length, 1)
    assert.ok(history.some(({ data }) => JSON.stringify(data).includes('"code":"missing-on-host"')))
  })
})
