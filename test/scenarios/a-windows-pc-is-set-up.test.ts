import assert from 'node:assert/strict'
import { dmClient, enrollmentStatus } from '../../src/protocols/windows/syncml/csp.ts'
import type { Done } from '../../src/simulators/windows/csp-tree.ts'
import { orbitOn } from '../../src/simulators/windows/orbit.ts'
import { eventually } from '../support/eventually.ts'
import type { EntraTenant } from '../support/entra.ts'
import { entraTenant } from '../support/entra.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const { firstSync, forUser } = dmClient('Muster')
const { installationState } = enrollmentStatus('Muster')
const user = 'ada@example.com'

describe('A Windows PC in its first setup', function () {
  this.timeout(90_000)
  let tenant: EntraTenant
  let server: TestServer
  let story: WindowsStory

  before(async () => {
    tenant = await entraTenant()
    server = await startServer({
      environment: {
        ...{ MUSTER_ENTRA_TENANTS: tenant.id, MUSTER_ENTRA_JWKS_URL: tenant.jwksUrl },
        ...{ MUSTER_ENTRA_AUDIENCES: 'https://mdm.example.com' },
        MUSTER_WINDOWS_AGENT_URL: 'https://downloads.example.com/agent.msi?a=1&b=2',
        MUSTER_WINDOWS_AGENT_SHA256: 'a'.repeat(64),
        MUSTER_WINDOWS_AGENT_PRODUCT: '{3F2504E0-4F89-41D3-9A0C-0305E82C3301}',
      },
    })
    story = await windowsStory(server)
  })
  after(async () => {
    await server?.stop()
    tenant?.stop()
  })

  const joined = (seed: string, more = {}) =>
    story.pc(seed, {
      inSetup: true,
      credential: async () => ({ kind: 'jwt', token: await tenant.tokenFor(user, 'https://mdm.example.com') }),
      ...more,
    })

  it('is kept on its page until it has its settings, gets its agent, and may go on', async () => {
    const done: Done[] = []
    const device = joined('autopilot', { onCommand: (one: Done) => void done.push(one) })
    const profile = await story.upload('Camera', setNode('Replace', camera))
    await device.enroll()
    await device.connect()
    assert.equal(device.tree.valueOf(firstSync.skipDevicePage), 'false')
    assert.equal(device.tree.valueOf(firstSync.timeout), '180')
    assert.equal(device.tree.valueOf(installationState), '1')
    assert.ok(
      done.some(({ cmd, code }) => cmd === 'Exec' && code === '200'),
      'The agent was not installed.',
    )
    assert.equal(device.tree.valueOf(firstSync.finished), null)

    await story.untilNodes(device, { [camera]: '0', [firstSync.finished]: null })
    // The agent that was installed tells the same serial number.
    const secret = await server.client.enrollSecrets.add(null)
    await orbitOn(server.network, server.url, secret, device)
    await eventually('it may go on', async () => {
      await device.connect()
      return device.tree.valueOf(firstSync.finished) === 'true' && device.tree.valueOf(forUser.firstSync.finished) === 'true'
    })
    assert.deepEqual([device.tree.valueOf(camera), device.tree.valueOf(installationState)], ['0', '3'])
    await eventually('its release is known', async () => (await story.eventsOf(device)).includes('HostReleased'))
    await server.client.profiles.delete(profile)
  })

  it('becomes one with the record that its agent made', async () => {
    const device = joined('agent first')
    const secret = await server.client.enrollSecrets.add(null)
    await orbitOn(server.network, server.url, secret, device)
    await device.enroll()
    await eventually('it is one host', async () => {
      await device.connect()
      const { hosts } = await server.client.hosts.list({ query: device.serial })
      return hosts.length === 1 && hosts[0]?.mdm.enrollment_status !== 'Off'
    })
    assert.ok((await story.eventsOf(device)).includes('HostsMerged'))
  })

  it('is told on its page what failed, and is not let go', async () => {
    const device = joined('fails', { behaviour: { failures: { [camera]: '405' } } })
    const profile = await story.upload('Refused', setNode('Replace', camera))
    await device.enroll()
    await eventually('the failure is on its page', async () => {
      await device.connect()
      return device.tree.valueOf(firstSync.errorText)?.includes('could not be installed') === true
    })
    assert.deepEqual([device.tree.valueOf(firstSync.timeout), device.tree.valueOf(firstSync.finished)], ['1', null])
    await server.client.profiles.delete(profile)
  })

  it('remembers that its user accepted the terms of use', async () => {
    const token = await tenant.tokenFor(user, 'https://mdm.example.com')
    const query = 'redirect_uri=ms-appx-web%3A%2F%2FMicrosoft.AAD.BrokerPlugin&client-request-id=r1&api-version=1.0'
    const url = `${server.url}/api/mdm/microsoft/tos?${query}&mode=azureadjoin`
    const page = await server.network.send({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } })
    const [, accept = ''] = /href="(ms-appx-web[^"]+)"/.exec(page.body.toString()) ?? []
    const terms = new URL(accept.replaceAll('&amp;', '&')).searchParams.get('OpaqueBlob') ?? ''
    assert.notEqual(terms, '')
    const device = joined('terms', { terms })
    await device.enroll()
    await device.connect()
    const { events } = JSON.parse(
      (
        await server.network.send({
          ...{ method: 'GET', url: `${server.url}/api/v1/fleet/hosts/${String(await story.idOf(device))}/history?limit=500` },
          headers: { authorization: `Bearer ${server.token}` },
        })
      ).body.toString(),
    ) as Readonly<{ events: readonly Readonly<{ sentence: string }>[] }>
    assert.ok(events.some(({ sentence }) => sentence.endsWith('of ada@example.com, who accepted the terms of use.')))
  })
})
