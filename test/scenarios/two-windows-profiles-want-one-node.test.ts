import assert from 'node:assert/strict'
import type { WindowsDevice } from '../../src/simulators/windows-device.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const sameCamera = './vendor/msft/Policy/Config/Camera/ALLOWCAMERA'
const own = './Device/Vendor/MSFT/Policy/Config/Example/Own'

describe('Two Windows profiles that set one node to different values', function () {
  this.timeout(90_000)
  let server: TestServer
  let story: WindowsStory

  before(async () => {
    server = await startServer()
    story = await windowsStory(server)
  })
  after(() => server?.stop())

  const statusOf = async (device: WindowsDevice, uuid: string) => {
    const found = (await story.profilesOf(device)).find((one) => one['profile_uuid'] === uuid)
    return `${String(found?.['status'])} ${String(found?.['detail'])}`.trim()
  }
  const until = (device: WindowsDevice, uuid: string, status: RegExp): Promise<void> =>
    eventually(`the profile stands as ${String(status)}`, async () => {
      await device.connect()
      return status.test(await statusOf(device, uuid))
    })
  const overridden = /^failed Overridden by Second.*, which was uploaded later: .*AllowCamera has another value there\.$/

  const both = async (device: WindowsDevice, name: string) => {
    const first = await story.upload(`First ${name}`, setNode('Replace', camera, '0') + setNode('Replace', own, '7'))
    await story.untilNodes(device, { [camera]: '0', [own]: '7' })
    await until(device, first, /^verified$/)
    const second = await story.upload(`Second ${name}`, setNode('Replace', sameCamera, '1'))
    await story.untilNodes(device, { [camera]: '1', [own]: '7' })
    await until(device, first, overridden)
    await until(device, second, /^verified$/)
    return { first, second }
  }

  it('the one uploaded later wins, and the other is shown and explained as overridden by it, now and then [case C1]', async () => {
    const device = story.pc('wins')
    await device.enroll()
    const { first, second } = await both(device, 'wins')
    const id = await story.idOf(device)
    const { verdict } = await server.client.explain.profile(id, first)
    assert.match(verdict, /failed on the host at .*: Overridden by Second wins/)
    const then = new Date().toISOString()
    await server.client.profiles.delete(second)
    await until(device, first, /^verified$/)
    const past = await server.network.send({
      ...{ method: 'GET', url: `${server.url}/api/v1/fleet/hosts/${String(id)}?at=${then}` },
      headers: { authorization: `Bearer ${server.token}` },
    })
    assert.match(past.body.toString(), /Overridden by Second wins/)
    await story.untilNodes(device, { [camera]: '0', [own]: '7' })
    await server.client.profiles.delete(first)
    await story.untilNodes(device, { [camera]: null, [own]: null })
  })

  it('nothing flaps when the host is asked what it has [case C1]', async () => {
    const device = story.pc('refetched')
    await device.enroll()
    const { first, second } = await both(device, 'refetched')
    const before = (await story.eventsOf(device)).filter((type) => type === 'CommandsQueued').length
    for (let round = 1; round <= 3; round++) {
      await server.client.hosts.refetch(await story.idOf(device))
      await eventually('it answered', async () => {
        await device.connect()
        return (await story.eventsOf(device)).filter((type) => type === 'CommandAnswered').length >= before + round
      })
      assert.equal(device.tree.valueOf(camera), '1')
      assert.match(await statusOf(device, first), overridden)
      assert.equal(await statusOf(device, second), 'verified')
    }
    const types = await story.eventsOf(device)
    assert.equal(types.filter((type) => type === 'CommandsQueued').length, before + 3, types.join())
    for (const uuid of [first, second]) await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [camera]: null, [own]: null })
  })

  it('when the one that lost goes, the node keeps the value of the winner [case C1]', async () => {
    const device = story.pc('loser goes')
    await device.enroll()
    const { first, second } = await both(device, 'loser goes')
    await server.client.profiles.delete(first)
    await story.untilNodes(device, { [camera]: '1', [own]: null })
    assert.equal(await statusOf(device, second), 'verified')
    await server.client.profiles.delete(second)
    await story.untilNodes(device, { [camera]: null })
  })

  it('who is edited last has the last word, and who then says the same is overridden no more [case C1]', async () => {
    const device = story.pc('edited')
    await device.enroll()
    const { first, second } = await both(device, 'edited')
    const edit = (name: string, content: string) => story.upload(name, content)
    await server.client.profiles.delete(first)
    const third = await edit('Third edited', setNode('Replace', camera, '0'))
    await story.untilNodes(device, { [camera]: '0' })
    await until(device, second, /^failed Overridden by Third edited/)
    await server.client.profiles.delete(third)
    const same = await edit('Fourth edited', setNode('Replace', camera, '1'))
    await story.untilNodes(device, { [camera]: '1' })
    for (const uuid of [second, same]) await until(device, uuid, /^verified$/)
    for (const uuid of [second, same]) await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [camera]: null, [own]: null })
  })

  it('a host that comes later gets the winner, and the one that failed on it overrides nothing [case C1]', async () => {
    const device = story.pc('late')
    const first = await story.upload('First late', setNode('Replace', camera, '0'))
    const second = await story.upload('Second late', setNode('Replace', camera, '1') + setNode('Replace', own))
    await device.enroll()
    await story.untilNodes(device, { [camera]: '1' })
    await until(device, first, overridden)
    const broken = story.pc('broken', { behaviour: { failures: { [own]: '405' } } })
    await broken.enroll()
    await until(broken, second, /^failed .*405/)
    await until(broken, first, /^verified$/)
    assert.equal(broken.tree.valueOf(camera), '0')
    for (const uuid of [first, second]) await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [camera]: null, [own]: null })
  })
})
