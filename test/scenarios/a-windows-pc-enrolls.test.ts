import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const cortana = './Device/Vendor/MSFT/Policy/Config/Experience/AllowCortana'
const own = './Device/Vendor/MSFT/Policy/Config/Example/Own'

describe('A Windows PC', function () {
  this.timeout(90_000)
  let server: TestServer
  let story: WindowsStory

  before(async () => {
    server = await startServer({ environment: { MUSTER_WINDOWS_RENEW_DAYS: '365' } })
    story = await windowsStory(server)
  })
  after(() => server?.stop())

  const pc: WindowsStory['pc'] = (...told) => story.pc(...told)
  const untilNodes: WindowsStory['untilNodes'] = (...told) => story.untilNodes(...told)
  const upload: WindowsStory['upload'] = (...told) => story.upload(...told)
  const eventsOf: WindowsStory['eventsOf'] = (device) => story.eventsOf(device)
  const idOf: WindowsStory['idOf'] = (device) => story.idOf(device)

  it('enrolls with the token of its agent, as the host that the agent made known', async () => {
    const device = pc('first')
    await device.enroll()
    await device.connect()
    const events = await eventsOf(device)
    assert.ok(events.includes('WindowsDeviceEnrolled') && events.includes('AgentEnrolled'), events.join())
    const { hosts } = await server.client.hosts.list({ query: device.serial })
    assert.deepEqual([hosts.length, hosts[0]?.platform], [1, 'windows'])
  })

  it('gets its profiles, keeps what others set, and gives up what was taken away', async () => {
    const device = pc('settings', { behaviour: { losesAnswer: 0.2, repeats: 0.2 } })
    await device.enroll()
    const first = await upload('Camera', setNode('Replace', camera) + setNode('Add', own, '1'))
    await untilNodes(device, { [camera]: '0', [own]: '1' })
    const second = await upload('More', setNode('Replace', own, '1') + setNode('Add', cortana))
    await untilNodes(device, { [camera]: '0', [own]: '1', [cortana]: '0' })
    await server.client.profiles.delete(first)
    await untilNodes(device, { [camera]: null, [own]: '1', [cortana]: '0' })
    await server.client.profiles.delete(second)
    await untilNodes(device, { [camera]: null, [own]: null, [cortana]: null })
  })

  it('is set what an Add found there already', async () => {
    const device = pc('exists')
    await device.enroll()
    device.tree.run({
      ...{ name: 'Add', cmdId: '1' },
      items: [{ target: own, source: null, format: null, type: null, data: 'old', moreData: false }],
    })
    const profile = await upload('Own', setNode('Add', own, '2'))
    await untilNodes(device, { [own]: '2' })
    await server.client.profiles.delete(profile)
    await untilNodes(device, { [own]: null })
  })

  it('says what failed, and on which node', async () => {
    const device = pc('fails', { behaviour: { failures: { [camera]: '405' } } })
    await device.enroll()
    const profile = await upload('Refused', setNode('Add', own) + setNode('Replace', camera))
    await eventually('the profile failed', async () => {
      await device.connect()
      const found = (await story.profilesOf(device)).find((one) => one['profile_uuid'] === profile)
      return found?.['status'] === 'failed' && String(found['detail']).includes('AllowCamera')
    })
    assert.equal(device.tree.valueOf(own), null)
    await server.client.profiles.delete(profile)
  })

  it('leaves when its user wants, and comes back as the same host', async () => {
    const device = pc('leaves')
    await device.enroll()
    await device.connect()
    await device.leave()
    await eventually('the end is known', async () => (await eventsOf(device)).includes('EnrollmentEnded'))
    await device.enroll()
    await device.connect()
    assert.equal((await eventsOf(device)).filter((type) => type === 'WindowsDeviceEnrolled').length, 2)
  })

  it('leaves when an admin wants', async () => {
    const device = pc('sent away')
    await device.enroll()
    await device.connect()
    await server.client.hosts.unenroll(await idOf(device))
    await eventually('it left', async () => {
      if (device.enrolled()) await device.connect()
      return !device.enrolled()
    })
    await eventually('the end is known', async () => (await eventsOf(device)).includes('EnrollmentEnded'))
  })

  it('is wiped', async () => {
    const device = pc('wiped')
    await device.enroll()
    await device.connect()
    await server.client.hosts.wipe(await idOf(device))
    await eventually('it was erased', async () => {
      if (device.enrolled()) await device.connect()
      return device.erased()
    })
  })

  it('renews its identity with the one it has', async () => {
    const device = pc('renews')
    await device.enroll()
    await device.renew()
    await eventually('the renewal is known', async () => (await eventsOf(device)).includes('IdentityRenewed'))
  })

  it('is shown when it has the hardware of another', async () => {
    const hardwareId = 'F'.repeat(64)
    const [one, other] = [pc('one', { hardwareId }), pc('other', { hardwareId })]
    await one.enroll()
    await other.enroll()
    await eventually('the collision is known', async () => (await eventsOf(other)).includes('HardwareIdCollided'))
    await one.connect()
    await other.connect()
  })
})
