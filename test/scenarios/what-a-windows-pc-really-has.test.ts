import assert from 'node:assert/strict'
import type { SyncItem } from '../../src/protocols/windows/syncml/message.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const own = './Device/Vendor/MSFT/Policy/Config/Example/Own'
const certificate = './Device/Vendor/MSFT/ClientCertificateInstall/SCEP/$FLEET_VAR_SCEP_WINDOWS_CERTIFICATE_ID'
const item = (target: string, data: string | null = null): SyncItem => ({
  ...{ target, source: null, format: null, type: null, data, moreData: false },
})

describe('What a Windows PC really has', function () {
  this.timeout(90_000)
  let server: TestServer
  let story: WindowsStory

  before(async () => {
    server = await startServer()
    story = await windowsStory(server)
  })
  after(() => server?.stop())

  it('is asked for: a setting that somebody changed, and one that is gone, come back', async () => {
    const device = story.pc('drift')
    await device.enroll()
    const uuid = await story.upload('Drift', setNode('Replace', camera) + setNode('Replace', own, '1'))
    await story.untilNodes(device, { [camera]: '0', [own]: '1' })
    const id = await story.idOf(device)
    for (const change of ['Replace', 'Delete'] as const) {
      device.tree.run({ name: change, cmdId: 'x', items: [item(camera, change === 'Replace' ? '1' : null)] })
      await server.client.hosts.refetch(id)
      await story.untilNodes(device, { [camera]: '0', [own]: '1' })
    }
    await server.client.hosts.refetch(id)
    await device.connect()
    assert.equal((await story.eventsOf(device)).filter((type) => type === 'ProfilesObserved').length >= 2, true)
    await server.client.profiles.delete(uuid)
    await story.untilNodes(device, { [camera]: null, [own]: null })
  })

  it('is a certificate only once the PC says that it has it', async () => {
    const device = story.pc('scep')
    await device.enroll()
    const install = (name: string, value: string, format = 'chr') =>
      setNode('Add', `${certificate}/Install/${name}`, value, format)
    const content =
      setNode('Add', certificate, '', 'node').replace('<Data></Data>', '') +
      install('ServerURL', 'https://ca.example.com/scep') +
      install('Challenge', 'one-time') +
      install('SubjectName', 'CN=PC') +
      install('EKUMapping', '1.3.6.1.5.5.7.3.2') +
      install('KeyUsage', '160', 'int') +
      install('KeyLength', '2048', 'int') +
      install('HashAlgorithm', 'SHA-2') +
      install('CAThumbprint', 'A'.repeat(40)) +
      `<Exec><Item><Target><LocURI>${certificate}/Install/Enroll</LocURI></Target></Item></Exec>`
    const uuid = await story.upload('Certificate', content)
    const status = async () => (await story.profilesOf(device)).find((one) => one['profile_uuid'] === uuid)?.['status']
    await eventually('the enrolment of the certificate began', async () => {
      await device.connect()
      return (await status()) === 'verifying'
    })
    await server.client.hosts.refetch(await story.idOf(device))
    await eventually('the certificate is known', async () => {
      await device.connect()
      return (await status()) === 'verified'
    })
    await server.client.profiles.delete(uuid)
    await eventually('the profile is gone', async () => {
      await device.connect()
      return (await status()) === undefined
    })
  })

  it('is not what it cannot read: that is told after five sessions, and holds up nothing else', async () => {
    const device = story.pc('chokes', { behaviour: { chokesOn: [own] } })
    await device.enroll()
    const bad = await story.upload('Bad', setNode('Replace', own, '1'))
    const good = await story.upload('Good', setNode('Replace', camera))
    await story.untilNodes(device, { [camera]: '0' })
    const sent = (await story.eventsOf(device)).filter((type) => type === 'CommandSent').length
    assert.ok(sent <= 12, `${String(sent)} commands went out.`)
    await eventually('it is given up', async () => {
      await device.connect()
      const found = (await story.profilesOf(device)).find((one) => one['profile_uuid'] === bad)
      return found?.['status'] === 'failed' && String(found['detail']).includes('did not answer in 5 sessions')
    })
    for (const uuid of [bad, good]) await server.client.profiles.delete(uuid)
  })

  it('comes in messages no larger than it takes, and what is larger is refused with its size', async () => {
    const device = story.pc('small', { maxMessage: 20_000 })
    await device.enroll()
    const text = (length: number) => 'x'.repeat(length)
    const nodes = Array.from({ length: 5 }, (_, index) => `${own}${String(index)}`)
    for (const node of nodes) await story.upload(node.slice(-4), setNode('Replace', node, text(9_000), 'chr'))
    const large = await story.upload('Large', setNode('Replace', own, text(30_000), 'chr'))
    await story.untilNodes(device, Object.fromEntries(nodes.map((node) => [node, text(9_000)])))
    await eventually('the large one failed', async () => {
      await device.connect()
      const found = (await story.profilesOf(device)).find((one) => one['profile_uuid'] === large)
      return found?.['status'] === 'failed' && String(found['detail']).includes('more than the device takes')
    })
  })

  it('is not renewed long before its certificate ends', async () => {
    const device = story.pc('early')
    await device.enroll()
    await assert.rejects(device.renew(), /within 60 days of its end/)
  })
})
