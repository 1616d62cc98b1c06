import assert from 'node:assert/strict'
import type { CommandResult } from '../../src/client/json.ts'
import type { WindowsDevice } from '../../src/simulators/windows-device.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const own = './Device/Vendor/MSFT/Policy/Config/Example/Own'
const ingest = './Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/Example/Policy/Large'
const vpn = './Device/Vendor/MSFT/VPNv2/Contoso'

describe('A session with a Windows PC', function () {
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

  /** Runs one command, and answers what became of it. */
  const run = async (device: WindowsDevice, command: string) => {
    const id = await story.idOf(device)
    await eventually('it is enrolled', async () => (await server.client.hosts.get(id)).mdm.connected_to_fleet)
    const { uuid: hostUuid } = await server.client.hosts.get(id)
    const { command_uuid } = await server.client.commands.run(Buffer.from(command), [hostUuid])
    const answers: CommandResult[] = []
    await eventually(`the command ${command_uuid} is answered`, async () => {
      await device.connect()
      const [result] = await server.client.commands.results(command_uuid)
      if (result !== undefined && result.status !== '101') answers.push(result)
      return answers.length > 0
    })
    return answers[0] ?? assert.fail('There is no answer.')
  }
  const get = (node: string): string => `<Get><Item><Target><LocURI>${node}</LocURI></Target></Item></Get>`
  const put = (device: WindowsDevice, node: string, data: string): void => {
    const item = { target: node, source: null, format: null, type: null, data, moreData: false }
    device.tree.run({ name: 'Replace', cmdId: 'x', items: [item] })
  }

  it('takes in a result in pieces, the status of whose command came before them [case L1]', async () => {
    const device = story.pc('pieces', { pieceLength: 40, behaviour: { losesAnswer: 0.3, repeats: 0.3 } })
    await device.enroll()
    await device.connect()
    const value = Array.from({ length: 30 }, (_, index) => `part ${String(index)};`).join('')
    put(device, own, value)
    const { status, result } = await run(device, get(own))
    assert.equal(status, '200')
    assert.ok(
      Buffer.from(result ?? '', 'base64')
        .toString()
        .includes(value),
      String(result),
    )
  })

  it('shows the 202 of a device as 202, and what it accepted as verified only once it is seen [case L6]', async () => {
    const device = story.pc('accepts', { behaviour: { accepts: [own] } })
    await device.enroll()
    await device.connect()
    const { status } = await run(device, setNode('Replace', own, '1'))
    assert.equal(status, '202')
    const uuid = await story.upload('Accepted', setNode('Replace', own, '2'))
    await eventually('it was accepted', async () => {
      await device.connect()
      return device.tree.valueOf(own) === '2' && (await shown(device, uuid))?.['status'] === 'verifying'
    })
    await server.client.hosts.refetch(await story.idOf(device))
    await eventually('it was seen', async () => {
      await device.connect()
      return (await shown(device, uuid))?.['status'] === 'verified'
    })
    await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [own]: null })
  })

  for (const maxMessage of [2048, 2500, 3000, 4000])
    it(`carries a small command to a device that takes ${String(maxMessage)} bytes in a message [case L4]`, async () => {
      const device = story.pc(`tiny ${String(maxMessage)}`, { maxMessage })
      await device.enroll()
      const nodes = Array.from({ length: 12 }, (_, index) => `${own}${String(index)}`)
      const uuids = []
      for (const node of nodes) uuids.push(await story.upload(`Tiny ${node.slice(-2)}`, setNode('Replace', node, '1')))
      await story.untilNodes(device, Object.fromEntries(nodes.map((node) => [node, '1'])))
      for (const uuid of uuids) await server.client.profiles.delete(uuid)
      await story.untilNodes(device, Object.fromEntries(nodes.map((node) => [node, null])))
    })

  it('carries the largest command that fits beside no more than the status of a header, and refuses the next with the limit [case L4]', async () => {
    const device = story.pc('brim', { maxMessage: 2048 })
    await device.enroll()
    const good = await story.upload('Brim', setNode('Replace', own, 'x'.repeat(900), 'chr'))
    const bad = await story.upload('Over', setNode('Replace', `${own}2`, 'x'.repeat(2000), 'chr'))
    await story.untilNodes(device, { [own]: 'x'.repeat(900) })
    await eventually('the other failed', async () => {
      await device.connect()
      const found = await shown(device, bad)
      return found?.['status'] === 'failed' && String(found['detail']).includes('MaxMsgSize 2048')
    })
    for (const uuid of [good, bad]) await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [own]: null })
  })

  it('carries 440 kB in CDATA as CDATA, to a device that names no limit [case G4]', async () => {
    const admx = `<policyDefinitions>${'<string id="a">&amp; "quoted" \'text\'</string>'.repeat(10_000)}</policyDefinitions>`
    assert.ok(admx.length > 440_000)
    const device = story.pc('admx')
    await device.enroll()
    const uuid = await story.upload('ADMX', setNode('Add', ingest, `<![CDATA[${admx}]]>`, 'chr'))
    await story.untilNodes(device, { [ingest]: admx })
    await eventually('it is verified', async () => (await shown(device, uuid))?.['status'] === 'verified')
    await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [ingest]: null })
  })

  it('refuses a value larger than the device takes in one, with the limit [case G4]', async () => {
    const device = story.pc('objects', { maxObject: 1000 })
    await device.enroll()
    const good = await story.upload('Fits', setNode('Replace', own, 'x'.repeat(1000), 'chr'))
    const bad = await story.upload('Does not', setNode('Replace', `${own}2`, 'x'.repeat(1001), 'chr'))
    await story.untilNodes(device, { [own]: 'x'.repeat(1000) })
    await eventually('the other failed', async () => {
      await device.connect()
      const found = await shown(device, bad)
      return found?.['status'] === 'failed' && String(found['detail']).includes('MaxObjSize 1000')
    })
    for (const uuid of [good, bad]) await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [own]: null })
  })

  it('takes a VPN that was made of single nodes away as a whole [case L7]', async () => {
    const device = story.pc('vpn')
    await device.enroll()
    const uuid = await story.upload(
      'VPN',
      setNode('Replace', `${vpn}/NativeProfile/Servers`, 'vpn.example.com', 'chr') +
        setNode('Replace', `${vpn}/RememberCredentials`, 'true', 'bool'),
    )
    await story.untilNodes(device, { [vpn]: '', [`${vpn}/RememberCredentials`]: 'true' })
    await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [vpn]: null, [`${vpn}/RememberCredentials`]: null })
  })

  it('is answered with the bare type of SyncML [case L5]', async () => {
    const { status, headers } = await server.network.send({
      ...{ method: 'POST', url: `${server.url}/api/mdm/microsoft/management`, body: Buffer.from('<SyncML/>') },
      headers: { 'content-type': 'application/vnd.syncml.dm+xml' },
    })
    assert.equal(status, 400)
    assert.equal(headers['content-type'], undefined)
    const device = story.pc('type')
    await device.enroll()
    // The simulated PC refuses any other type than the bare one.
    await device.connect()
  })
})
