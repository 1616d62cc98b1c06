import assert from 'node:assert/strict'
import type { AgentFleet } from '../../src/simulators/agents.ts'
import { agentFleet } from '../../src/simulators/agents.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('Macs with agents', function () {
  this.timeout(90_000)
  let server: TestServer
  let fleet: AppleFleet
  let agents: AgentFleet
  const problems: unknown[] = []

  before(async () => {
    server = await startServer()
    fleet = await story.enrolledFleet(server, { count: 4, iphones: 0.25, seed: 'with agents' })
    const secret = await server.client.enrollSecrets.add(null)
    assert.deepEqual(await server.client.enrollSecrets.list(null), [secret])
    const { url, caPem: ca } = server
    agents = agentFleet({ devices: fleet.devices, url, ca, secret, onFailure: (_, error) => problems.push(error) })
  })
  after(async () => {
    await agents?.stop()
    await fleet?.stop()
    await server?.stop()
  })

  it('are the hosts that they were, and none is made twice', async () => {
    await agents.pollAll()
    const macs = fleet.devices.filter(({ model }) => model === 'mac').length
    assert.deepEqual([agents.enrolled(), problems], [macs, []])
    await eventually('all hosts are listed', async () => (await server.client.hosts.count()) === fleet.devices.length)
  })

  it('have their settings verified by what the agents see', async () => {
    const uuid = await story.upload(server.client, story.profileCalled('seen'))
    await story.converge(fleet, ['seen'])
    const verified = async () => (await server.client.profiles.status(uuid)).verified
    for (const device of fleet.devices) await server.client.hosts.refetch(await story.hostIdOn(server.client, device))
    await eventually('every host is verified', async () => {
      await Promise.all([agents.pollAll(), fleet.connectAll()])
      return (await verified()) === fleet.devices.length
    })
  })
})
