import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { windowsStory } from '../support/windows.ts'

describe('A Windows host with an agent that would enroll it', function () {
  this.timeout(90_000)
  let server: TestServer
  let story: WindowsStory
  let secret: string

  before(async () => {
    server = await startServer({ environment: { MUSTER_WINDOWS_MANAGEMENT: 'agent' } })
    story = await windowsStory(server)
    secret = await server.client.enrollSecrets.add(null)
  })
  after(() => server?.stop())

  const post = async (path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { 'content-type': 'application/json' }
    const told = { method: 'POST', url: `${server.url}${path}`, headers, body: Buffer.from(JSON.stringify(body)) } as const
    return JSON.parse((await server.network.send(told)).body.toString()) as Readonly<Record<string, unknown>>
  }

  /** What the registry of a machine tells osquery. */
  const tell = async (uuid: string, serial: string, installation: string): Promise<void> => {
    const { node_key } = await post('/api/osquery/enroll', {
      ...{ enroll_secret: secret, host_identifier: uuid },
      host_details: { system_info: { uuid, hardware_serial: serial }, os_version: { platform: 'windows' } },
    })
    const rows = [{ key: 'HKLM', name: 'InstallationType', data: installation }]
    const queries = { fleet_detail_query_mdm_windows: rows }
    assert.deepEqual(await post('/api/osquery/distributed/write', { node_key, queries, statuses: {} }), {})
  }

  const isToldToEnroll = async (key: unknown): Promise<boolean> => {
    const { notifications } = await post('/api/fleet/orbit/config', { orbit_node_key: key })
    return (notifications as Readonly<Record<string, unknown>>)['needs_programmatic_windows_mdm_enrollment'] === true
  }
  const orbitOn = async (uuid: string, serial: string): Promise<unknown> =>
    (
      await post('/api/fleet/orbit/enroll', {
        ...{ enroll_secret: secret, hardware_uuid: uuid, hardware_serial: serial, platform: 'windows' },
      })
    )['orbit_node_key']

  it('is told to enroll when it is a PC, and never when it is a server [case K3]', async () => {
    for (const [n, installation] of ['Server', 'Server Core', 'Client'].entries()) {
      const [uuid, serial] = [`6A1B2C3D-0000-4000-8000-00000000000${String(n)}`, `KIND-${String(n)}`]
      const key = await orbitOn(uuid, serial)
      await tell(uuid, serial, installation)
      await eventually('it is known', async () => (await server.client.hosts.count({ query: serial })) === 1)
      const { id } = await server.client.hosts.find(serial)
      await eventually('what it runs is known', async () => (await server.client.hosts.enrollment(id)).reported !== null)
      if (installation === 'Client') await eventually('it is told to enroll', () => isToldToEnroll(key))
      else assert.equal(await isToldToEnroll(key), false, installation)
    }
  })

  it('is not told to enroll again after an admin ended its management, nor let in, until it is readmitted [case K4]', async () => {
    const pc = story.pc('sent away')
    await pc.enroll()
    await pc.connect()
    const id = await story.idOf(pc)
    const orbit = story.orbitOf(pc)
    const told = async (): Promise<boolean> => (await orbit.notifications())['needs_programmatic_windows_mdm_enrollment'] === true
    await server.client.hosts.unenroll(id)
    await eventually('it left', async () => {
      if (pc.enrolled()) await pc.connect()
      return !pc.enrolled()
    })
    await eventually('the end is known', async () => (await story.eventsOf(pc)).includes('EnrollmentEnded'))
    await tell(pc.uuid, pc.serial, 'Client')
    await eventually(
      'nobody manages it, as it says',
      async () => (await server.client.hosts.enrollment(id)).reported?.enrolled === false,
    )
    assert.equal(await told(), false)
    assert.equal((await server.client.hosts.enrollment(id)).sent_away, true)
    await assert.rejects(pc.enroll())
    await server.client.hosts.readmit(id)
    assert.equal((await server.client.hosts.enrollment(id)).sent_away, false)
    assert.equal(await told(), true)
    await pc.enroll()
    assert.equal((await story.eventsOf(pc)).filter((type) => type === 'WindowsDeviceEnrolled').length, 2)
  })

  it('is told to enroll again after its own user ended it [case K4]', async () => {
    const pc = story.pc('left by itself')
    await pc.enroll()
    await pc.connect()
    await pc.leave()
    await eventually('the end is known', async () => (await story.eventsOf(pc)).includes('EnrollmentEnded'))
    await tell(pc.uuid, pc.serial, 'Client')
    await eventually(
      'it is told to',
      async () => (await story.orbitOf(pc).notifications())['needs_programmatic_windows_mdm_enrollment'] === true,
    )
  })
})
