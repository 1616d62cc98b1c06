import assert from 'node:assert/strict'
import { historyOf } from '../../src/cli/history.ts'
import type { WindowsDevice, WindowsDeviceOptions } from '../../src/simulators/windows-device.ts'
import { windowsDevice } from '../../src/simulators/windows-device.ts'
import { orbitOn } from '../../src/simulators/windows/orbit.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const cortana = './Device/Vendor/MSFT/Policy/Config/Experience/AllowCortana'
const own = './Device/Vendor/MSFT/Policy/Config/Example/Own'
const set = (verb: 'Add' | 'Replace', locUri: string, data = '0') =>
  `<${verb}><Item><Target><LocURI>${locUri}</LocURI></Target><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>${data}</Data></Item></${verb}>`

describe('A Windows PC', function () {
  this.timeout(90_000)
  let secret: string
  let server: TestServer
  let keyPair: KeyPair

  before(async () => {
    server = await startServer()
    secret = await server.client.enrollSecrets.add(null)
    keyPair = await generateRsaKey(2048)
  })
  after(async () => {
    await server?.stop()
  })

  const pc = (seed: string, more: Partial<WindowsDeviceOptions> = {}): WindowsDevice =>
    windowsDevice({
      ...{ network: server.network, seed, discoveryUrl: `${server.url}/api/mdm/microsoft/discovery`, keyPair },
      credential: async ({ uuid, serial, name }) =>
        (await orbitOn(server.network, server.url, secret, { uuid, serial, name })).credential(),
      ...more,
    })

  const idOf = async ({ serial }: WindowsDevice): Promise<number> => {
    let id = 0
    await eventually(`the host ${serial} is known`, async () => {
      const { hosts } = await server.client.hosts.list({ query: serial })
      id = hosts[0]?.id ?? 0
      return id !== 0
    })
    return id
  }

  const eventsOf = async (device: WindowsDevice): Promise<readonly string[]> =>
    (await historyOf(server.client, await idOf(device))).map(({ type }) => type)

  type Shown = Readonly<{ host: Readonly<{ mdm: Readonly<{ profiles: readonly Readonly<Record<string, unknown>>[] }> }> }>

  const profilesOn = async (id: number): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const url = `${server.url}/api/v1/fleet/hosts/${String(id)}`
    const { body } = await server.network.send({ method: 'GET', url, headers: { authorization: `Bearer ${server.token}` } })
    return (JSON.parse(body.toString()) as Shown).host.mdm.profiles
  }

  const upload = (name: string, content: string): Promise<string> =>
    server.client.profiles.upload({ name: `${name}.xml`, bytes: Buffer.from(content) }, null)

  const untilNodes = (device: WindowsDevice, nodes: Readonly<Record<string, string | null>>): Promise<void> =>
    eventually(`${device.name} has ${JSON.stringify(nodes)}`, async () => {
      await device.connect()
      return Object.entries(nodes).every(([node, value]) => device.tree.valueOf(node) === value)
    })

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
    const first = await upload('Camera', set('Replace', camera) + set('Add', own, '1'))
    await untilNodes(device, { [camera]: '0', [own]: '1' })
    const second = await upload('More', set('Replace', own, '1') + set('Add', cortana))
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
    const profile = await upload('Own', set('Add', own, 'new'))
    await untilNodes(device, { [own]: 'new' })
    await server.client.profiles.delete(profile)
    await untilNodes(device, { [own]: null })
  })

  it('says what failed, and on which node', async () => {
    const device = pc('fails', { behaviour: { failures: { [camera]: '405' } } })
    await device.enroll()
    const profile = await upload('Refused', set('Add', own) + set('Replace', camera))
    const id = await idOf(device)
    await eventually('the profile failed', async () => {
      await device.connect()
      const found = (await profilesOn(id)).find((one) => one['profile_uuid'] === profile)
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
