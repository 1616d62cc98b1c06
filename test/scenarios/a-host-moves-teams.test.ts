import assert from 'node:assert/strict'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const strict = '<key>strictness</key><integer>9</integer>'

describe('A host that moves to another team', function () {
  this.timeout(60_000)
  let server: TestServer
  let fleet: AppleFleet
  let mover: AppleDevice
  let stayer: AppleDevice
  const teams: Record<'office' | 'field', number> = { office: 0, field: 0 }

  before(async () => {
    server = await startServer({ environment: { MUSTER_DECLARATIONS: 'off' } })
    const { client } = server
    teams.office = (await client.teams.create({ name: 'Office' })).id
    teams.field = (await client.teams.create({ name: 'Field' })).id
    // Both teams have the same Wi-Fi, each its own passcode rules, and one profile that the other has not.
    await story.upload(client, story.profileCalled('wifi'), teams.office)
    await story.upload(client, story.profileCalled('wifi'), teams.field)
    await story.upload(client, story.profileCalled('passcode'), teams.office)
    await story.upload(client, story.profileCalled('passcode', strict), teams.field)
    await story.upload(client, story.profileCalled('printer'), teams.office)
    await story.upload(client, story.profileCalled('vpn'), teams.field)

    fleet = await story.enrolledFleet(server, { count: 2, seed: 'movers' })
    const [first, second] = fleet.devices
    assert.ok(first !== undefined && second !== undefined)
    mover = first
    stayer = second
    await eventually('both are known', async () => (await client.hosts.count()) === 2)
    await client.hosts.transfer([await story.hostIdOn(client, mover), await story.hostIdOn(client, stayer)], teams.office)
    await story.converge(fleet, ['passcode', 'printer', 'wifi'])
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  it('keeps what is the same, replaces what differs in one step, and loses the rest', async () => {
    const before = await story.historyOf(server.client, mover)
    await server.client.hosts.transfer([await story.hostIdOn(server.client, mover)], teams.field)
    await eventually('the mover holds what its new team has', async () => {
      await fleet.connectAll()
      return story.holdings(mover).join() === 'passcode,vpn,wifi'
    })

    const since = (await story.historyOf(server.client, mover)).slice(before.length)
    assert.deepEqual(story.queuedIn(since).toSorted(), [
      'install-profile passcode',
      'install-profile vpn',
      'remove-profile printer',
    ])
    const kept = since.filter(({ type }) => type === 'ProfileKept').map(({ data }) => data['identifier'])
    assert.deepEqual(kept, ['com.example.wifi'])
    const passcode = mover.installed().find(({ identifier }) => identifier === 'com.example.passcode')
    assert.equal(passcode?.sha256, story.sha256Of(story.profileCalled('passcode', strict)))
  })

  it('comes back the same way', async () => {
    await server.client.hosts.transfer([await story.hostIdOn(server.client, mover)], teams.office)
    await story.converge(fleet, ['passcode', 'printer', 'wifi'])
    const passcode = mover.installed().find(({ identifier }) => identifier === 'com.example.passcode')
    assert.equal(passcode?.sha256, story.sha256Of(story.profileCalled('passcode')))
  })

  it('leaves those alone that stay', async () => {
    const queued = story.queuedIn(await story.historyOf(server.client, stayer))
    assert.deepEqual(queued.toSorted(), ['install-profile passcode', 'install-profile printer', 'install-profile wifi'])
  })

  it('goes to no team when its team is dissolved', async () => {
    await server.client.teams.delete(teams.office)
    await story.converge(fleet, [])
    const { host } = await server.client.hosts.at(await story.hostIdOn(server.client, mover), new Date().toISOString())
    assert.equal(host.team_id, null)
  })
})
