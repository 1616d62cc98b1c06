import assert from 'node:assert/strict'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { allHold, converge, enrolledFleet, historyOf, hostIdOn, profileCalled, typesIn, upload } from '../support/story.ts'

describe('A Mac that renews its identity', function () {
  this.timeout(90_000)
  let server: TestServer
  let fleet: AppleFleet

  before(async () => {
    server = await startServer()
    fleet = await enrolledFleet(server, { count: 2, seed: 'renews' })
    await upload(server.client, profileCalled('wifi'))
    await converge(fleet, ['wifi'])
  })
  after(() => server.stop())

  it('gets another certificate, and keeps its enrollment, its profiles and what waits for it', async () => {
    const [mac] = fleet.devices
    assert.ok(mac !== undefined)
    const id = await hostIdOn(server.client, mac)
    const before = await server.client.hosts.enrollment(id)
    assert.ok(before.certificate.not_after !== null && before.renewal.next_at !== null)
    assert.ok(Date.parse(before.renewal.next_at) < Date.parse(before.certificate.not_after))
    await server.client.hosts.renewIdentity(id)
    const listing = Buffer.from('<plist version="1.0"><dict><key>RequestType</key><string>ProfileList</string></dict></plist>')
    const { command_uuid } = await server.client.commands.run(listing, [mac.udid])
    await mac.connect()
    const now = await server.client.hosts.enrollment(id)
    assert.notEqual(now.certificate.fingerprint, before.certificate.fingerprint)
    assert.equal(now.epoch, before.epoch)
    assert.equal(now.enrolled_at, before.enrolled_at)
    assert.equal(now.renewal.state, 'idle')
    await eventually('the other command is answered', async () => {
      const [row] = await server.client.commands.results(command_uuid)
      return row?.status === 'Acknowledged'
    })
    const types = typesIn(await historyOf(server.client, mac))
    assert.equal(types.filter((type) => type === 'EnrollmentStarted').length, 1)
    assert.equal(types.filter((type) => type === 'IdentityRenewed').length, 1)
    assert.equal(types.filter((type) => type === 'ProfileInstalled').length, 1)
    assert.ok(!types.includes('IdentityRenewalFailed'))
    assert.ok(allHold(fleet, ['wifi']))
  })

  it('goes on as before while it has not been asked to', async () => {
    const [, other] = fleet.devices
    assert.ok(other !== undefined)
    await other.connect()
    assert.ok(!typesIn(await historyOf(server.client, other)).includes('IdentityRenewed'))
  })

  it('enrolls again under a new certificate after it was erased: everything is delivered anew', async () => {
    const [, other] = fleet.devices
    assert.ok(other !== undefined)
    const id = await hostIdOn(server.client, other)
    const before = await server.client.hosts.enrollment(id)
    await server.client.hosts.wipe(id)
    await eventually('it erased itself', async () => {
      if (other.enrolled()) await other.connect()
      return !other.enrolled()
    })
    await eventually('it is shown as wiped', async () => (await server.client.hosts.get(id)).mdm.device_status === 'wiped')
    await other.enroll(await server.client.enrollmentProfile())
    const now = await server.client.hosts.enrollment(id)
    assert.equal(now.epoch, before.epoch + 1)
    await eventually('it is free', async () => (await server.client.hosts.get(id)).mdm.device_status === 'unlocked')
    await converge(fleet, ['wifi'])
    const types = typesIn(await historyOf(server.client, other))
    assert.equal(types.filter((type) => type === 'ProfileInstalled').length, 2)
    assert.ok(types.includes('HostWiped'))
  })
})
