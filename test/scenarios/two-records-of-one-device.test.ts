import assert from 'node:assert/strict'
import { ApiError } from '../../src/client/api-error.ts'
import type { Agent } from '../../src/simulators/agent.ts'
import { osqueryAgent } from '../../src/simulators/agent.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('Two records of one device', function () {
  this.timeout(90_000)
  let server: TestServer
  let fleet: AppleFleet
  let agent: Agent
  let enrolled = 0
  let stray = 0

  const agentOf = (uuid: string, serial: string, secret: string): Agent =>
    osqueryAgent({
      ...{ url: server.url, ca: server.caPem, secret },
      host: {
        ...{ uuid, serial, name: 'Board replaced', model: 'Mac14,7', osVersion: '15.1', osBuild: '24B83' },
        ...{ profiles: () => [], isIn: () => false },
      },
    })

  const refused = (status: number, pattern: RegExp) => (error: unknown) =>
    error instanceof ApiError && error.status === status && pattern.test(error.message)

  before(async () => {
    server = await startServer()
    fleet = await story.enrolledFleet(server, { count: 2, seed: 'two records' })
    const [mac] = fleet.devices
    assert.ok(mac)
    enrolled = await story.hostIdOn(server.client, mac)
    const secret = await server.client.enrollSecrets.add(null)
    agent = agentOf('0A0A0A0A-0000-4000-8000-00000000000A', 'STRAY1', secret)
    await agent.enroll()
    stray = await story.hostIdOn(server.client, { udid: '0A0A0A0A-0000-4000-8000-00000000000A' })
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  it('are two hosts as long as nobody says otherwise', async () => {
    assert.notEqual(stray, enrolled)
    assert.equal(await server.client.hosts.count(), 3)
  })

  it('cannot be made one the wrong way round, nor with nobody, nor with itself', async () => {
    const { merge } = server.client.hosts
    await assert.rejects(merge(stray, enrolled), refused(409, /enrolled itself/))
    await assert.rejects(merge(enrolled, 7), refused(404, /no such host/))
    await assert.rejects(merge(7, stray), refused(404, /merge into/))
    await assert.rejects(merge(enrolled, enrolled), refused(422, /itself/))
    await assert.rejects(server.client.hosts.split(enrolled, stray), refused(404, /was not merged/))
    assert.equal(await server.client.hosts.count(), 3)
  })

  it('become one, found under either number; its agent enrolls there by itself', async () => {
    await server.client.hosts.merge(enrolled, stray)
    await server.client.hosts.merge(enrolled, stray)
    assert.equal(await server.client.hosts.count(), 2)
    assert.equal((await server.client.hosts.find('0A0A0A0A-0000-4000-8000-00000000000A')).id, enrolled)
    await agent.enroll()
    await agent.poll()
    await eventually('the agent stands on the host that lives on', async () => {
      const { events: history } = await server.client.hosts.history(enrolled)
      return history.some(({ type }) => type === 'AgentEnrolled')
    })
    const types = (await server.client.hosts.history(enrolled)).events.map(({ type }) => type)
    assert.equal(types.filter((type) => type === 'HostsMerged').length, 1)
  })

  it('are parted again, and the agent goes back', async () => {
    await server.client.hosts.split(enrolled, stray)
    assert.equal(await server.client.hosts.count(), 3)
    await agent.enroll()
    await eventually('the agent stands on its own host', async () => {
      const { events: history } = await server.client.hosts.history(stray)
      return history.filter(({ type }) => type === 'AgentEnrolled').length === 2
    })
  })

  it('say in both histories who joined and parted them', async () => {
    const { events: history } = await server.client.hosts.history(stray)
    const told = history.filter(({ type }) => type === 'HostMergedAway' || type === 'HostCameBack')
    assert.deepEqual(
      told.toSorted((one, other) => one.revision - other.revision).map(({ type, actor }) => [type, actor.kind]),
      [
        ['HostMergedAway', 'admin'],
        ['HostCameBack', 'admin'],
      ],
    )
  })
})
