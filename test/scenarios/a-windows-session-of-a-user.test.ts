import assert from 'node:assert/strict'
import type { WindowsDevice } from '../../src/simulators/windows-device.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const printer = './User/Vendor/MSFT/Policy/Config/Education/DefaultPrinterName'
const home = './user/Vendor/MSFT/Policy/Config/Example/Home'
const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'

describe('A Windows session', function () {
  this.timeout(90_000)
  let server: TestServer
  let story: WindowsStory

  before(async () => {
    server = await startServer()
    story = await windowsStory(server)
  })
  after(() => server?.stop())

  const shown = async (device: WindowsDevice, uuid: string) =>
    (await story.profilesOf(device)).find((one) => one['profile_uuid'] === uuid)

  /** Until its command is there, and what it waits for. */
  const untilHeld = async (device: WindowsDevice, uuid: string, reason: RegExp): Promise<void> =>
    eventually('it is held with a reason', async () => {
      await device.connect()
      const found = await shown(device, uuid)
      return found?.['status'] === 'pending' && reason.test(String(found['detail']))
    })

  for (const [how, content] of [
    ['only of the user', setNode('Replace', printer, 'A', 'chr')],
    ['of the user in lower case', setNode('Replace', home, 'A', 'chr')],
    ['of the user and the device', setNode('Replace', printer, 'A', 'chr') + setNode('Replace', camera)],
  ] as const)
    for (const signedIn of ['none', 'others'] as const)
      it(`carries a profile ${how} once its user is signed in, and before says what it waits for (LoginStatus ${signedIn}) [case A1] [case A2]`, async () => {
        const device = story.pc(`${how} ${signedIn}`, { signedIn })
        await device.enroll()
        await device.connect()
        const uuid = await story.upload(`For users ${signedIn} ${String(content.length)}`, content)
        await untilHeld(device, uuid, /the user who enrolled it is signed in/)
        const node = content.includes(home) ? home : printer
        assert.equal(device.tree.valueOf(node), null)
        const { verdict } = await server.client.explain.profile(await story.idOf(device), uuid)
        assert.match(verdict, /was held back at .*: it is for a user/)
        device.signIn('user')
        assert.equal(await device.connect(), 1)
        assert.equal(device.tree.valueOf(node), 'A')
        await eventually('it is verified', async () => (await shown(device, uuid))?.['status'] === 'verified')
        assert.equal((await shown(device, uuid))?.['detail'], '')
        await server.client.profiles.delete(uuid)
        await story.untilNodes(device, { [node]: null })
      })

  it('for the settings of a user alone leaves those of the device for the next one [case L3]', async () => {
    const device = story.pc('user session', { syncType: 'user' })
    await device.enroll()
    const uuid = await story.upload('For the device', setNode('Replace', camera))
    await untilHeld(device, uuid, /not for the settings of a user alone/)
    device.syncFor('mixed')
    await device.connect()
    assert.equal(device.tree.valueOf(camera), '0')
    await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [camera]: null })
  })

  it('for the settings of the device alone leaves those of a user for the next one [case L3]', async () => {
    const device = story.pc('device session', { syncType: 'device' })
    await device.enroll()
    const uuid = await story.upload('For a user', setNode('Replace', printer, 'B', 'chr'))
    await untilHeld(device, uuid, /not for the settings of the device alone/)
    device.syncFor('user')
    await device.connect()
    assert.equal(device.tree.valueOf(printer), 'B')
    await server.client.profiles.delete(uuid)
    device.syncFor('mixed')
    await story.untilNodes(device, { [printer]: null })
  })

  it('asks for the settings of the device although those of a user cannot be asked for [case A1]', async () => {
    const device = story.pc('refetch')
    await device.enroll()
    const uuids = [
      await story.upload('Both 1', setNode('Replace', printer, 'C', 'chr')),
      await story.upload('Both 2', setNode('Replace', camera)),
    ]
    await story.untilNodes(device, { [printer]: 'C', [camera]: '0' })
    device.signIn('none')
    const item = { source: null, format: null, type: null, moreData: false }
    device.tree.run({ name: 'Replace', cmdId: 'x', items: [{ ...item, target: camera, data: '1' }] })
    await server.client.hosts.refetch(await story.idOf(device))
    await story.untilNodes(device, { [camera]: '0' })
    for (const uuid of uuids) await server.client.profiles.delete(uuid)
  })

  it('is of a host that knows this server by the address of Windows [case A3]', async () => {
    const device = story.pc('address')
    await device.enroll()
    await device.connect()
    const id = await story.idOf(device)
    const get = async (path: string): Promise<unknown> => {
      const url = `${server.url}/api/v1/fleet${path}`
      const { body } = await server.network.send({ method: 'GET', url, headers: { authorization: `Bearer ${server.token}` } })
      return JSON.parse(body.toString())
    }
    const address = `${server.url}/api/mdm/microsoft/discovery`
    await eventually('its enrollment is known', async () => {
      const { host } = (await get(`/hosts/${String(id)}`)) as { host: { mdm: { server_url: string | null } } }
      return host.mdm.server_url === address
    })
    assert.equal(((await get(`/hosts/${String(id)}/mdm`)) as { server_url: string }).server_url, address)
    const summary = (await get('/hosts/summary/mdm')) as {
      mobile_device_management_solution: readonly { server_url: string; hosts_count: number }[]
    }
    assert.deepEqual(
      summary.mobile_device_management_solution.map(({ server_url }) => server_url),
      [address],
    )
    for (const path of [
      `/hosts/${String(id)}`,
      `/hosts/${String(id)}/mdm`,
      '/hosts/summary/mdm',
      `/hosts/${String(id)}/commands`,
    ])
      assert.doesNotMatch(JSON.stringify(await get(path)), /apple|apns|NotNow/i, path)
  })

  it('is of a host of which nothing is asked that Apple alone has [case A3]', async () => {
    const device = story.pc('deeds')
    await device.enroll()
    await device.connect()
    const id = await story.idOf(device)
    await eventually('it is enrolled', async () => (await server.client.hosts.get(id)).mdm.connected_to_fleet)
    for (const [deed, reason] of [
      ['location', /DeviceLocation does not exist on Windows/],
      ['clear_passcode', /ClearPasscode does not exist on Windows/],
      ['mdm/renewals', /renews its certificate by itself/],
    ] as const) {
      const url = `${server.url}/api/v1/fleet/hosts/${String(id)}/${deed}`
      const headers = { authorization: `Bearer ${server.token}` }
      const { status, body } = await server.network.send({ method: 'POST', url, headers })
      assert.equal(status, 422)
      assert.match(body.toString(), reason)
    }
  })
})
