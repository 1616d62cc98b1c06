import assert from 'node:assert/strict'
import type { WindowsDevice } from '../../src/simulators/windows-device.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { windowsStory } from '../support/windows.ts'

describe('A lost Windows PC', function () {
  this.timeout(90_000)
  let server: TestServer
  let story: WindowsStory
  let device: WindowsDevice
  let id: number

  before(async () => {
    server = await startServer()
    story = await windowsStory(server)
    device = story.pc('lost')
    await device.enroll()
    await device.connect()
    id = await story.idOf(device)
  })
  after(() => server?.stop())

  const held = async () => (await server.client.hosts.get(id)).mdm.device_status
  const scripts: string[] = []
  const runs = (exitCode: number) => (script: string) => {
    scripts.push(script)
    return { exitCode, output: exitCode === 0 ? 'Done.' : 'Access is denied.' }
  }
  const untilAgentRuns = (exitCode: number): Promise<void> =>
    eventually('the agent ran a script', async () => (await story.orbitOf(device).runScripts(runs(exitCode))) > 0)

  it('stays as it is when the script fails, and it is told why', async () => {
    await server.client.hosts.lock(id)
    await untilAgentRuns(5)
    await eventually('the failure is known', async () => (await story.eventsOf(device)).includes('LockFailed'))
    assert.equal(await held(), 'unlocked')
    assert.equal(await story.orbitOf(device).runScripts(runs(0)), 0)
  })

  it('is locked by its agent, and again when the answer was lost', async () => {
    await server.client.hosts.lock(id)
    await untilAgentRuns(0)
    assert.ok(scripts.at(-1)?.includes('SeDenyInteractiveLogonRight = *S-1-1-0'))
    await eventually('it is locked', async () => (await held()) === 'locked')
    await assert.rejects(server.client.hosts.lock(id))
    await assert.rejects(server.client.hosts.wipe(id))
  })

  it('is managed on, and unlocked by its agent', async () => {
    await device.connect()
    await server.client.hosts.unlock(id)
    await untilAgentRuns(0)
    assert.ok(scripts.at(-1)?.includes('sign-in-rights.inf'))
    await eventually('it is unlocked', async () => (await held()) === 'unlocked')
    const types = await story.eventsOf(device)
    assert.deepEqual(
      types.filter((type) => type.includes('Lock') || type === 'HostUnlocked'),
      ['LockRequested', 'LockFailed', 'LockRequested', 'HostLocked', 'HostUnlocked'],
    )
  })

  it('hands its scripts to nobody else, and takes no answers for what it never gave', async () => {
    await server.client.hosts.lock(id)
    const other = story.pc('other')
    await other.enroll()
    assert.equal(await story.orbitOf(other).runScripts(runs(0)), 0)
    const post = (path: string, body: object) =>
      server.network.send({
        ...{
          method: 'POST',
          url: `${server.url}/api/fleet/orbit/scripts/${path}`,
          headers: { 'content-type': 'application/json' },
        },
        body: Buffer.from(JSON.stringify(body)),
      })
    const { token } = story.orbitOf(other).credential() as Readonly<{ token: string }>
    const key = (JSON.parse(token) as Readonly<{ payload: Readonly<{ orbit_node_key: string }> }>).payload.orbit_node_key
    const told = await story.orbitOf(device).notifications()
    const [waiting] = told['pending_script_execution_ids'] as readonly string[]
    assert.ok(waiting !== undefined)
    assert.equal((await post('request', { orbit_node_key: key, execution_id: waiting })).status, 404)
    assert.equal((await post('result', { orbit_node_key: key, execution_id: waiting, exit_code: 0 })).status, 404)
    assert.equal((await post('result', { orbit_node_key: key, execution_id: waiting, exit_code: 'well' })).status, 400)
    assert.equal((await post('request', { orbit_node_key: 'nobody', execution_id: waiting })).status, 401)
    assert.equal((await post('request', { orbit_node_key: key })).status, 400)
  })
})
