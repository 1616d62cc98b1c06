import assert from 'node:assert/strict'
import { request } from 'node:https'
import type { Agent, AgentHost } from '../../src/simulators/agent.ts'
import { osqueryAgent } from '../../src/simulators/agent.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('The agent on a Mac', function () {
  this.timeout(90_000)
  const secret = 'a-secret-for-agents'
  let server: TestServer
  let fleet: AppleFleet
  let device: AppleDevice
  let hostId: number
  let agent: Agent
  const groups = new Set<string>()

  before(async () => {
    server = await startServer()
    await api('POST', '/api/v1/fleet/spec/enroll_secret', { spec: { secrets: [{ secret }] } })
    fleet = await story.enrolledFleet(server, { count: 1, seed: 'an agent' })
    device = fleet.devices[0] ?? assert.fail('There is no Mac.')
    await eventually('the Mac is known', async () => (await server.client.hosts.count()) === 1)
    hostId = await story.hostIdOn(server.client, device)
    agent = agentOn(hostFrom(device.udid, () => device.installed()))
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  const hostFrom = (uuid: string, installed: AppleDevice['installed']): AgentHost => ({
    ...{ uuid: uuid.toLowerCase(), serial: device.serial, name: 'Told by its agent', model: 'Mac14,7' },
    ...{ osVersion: '15.4', osBuild: '24E248', encrypted: true, serverUrl: () => 'https://elsewhere.example.com/mdm?token=x' },
    profiles: () =>
      installed().map(({ identifier, displayName }) => ({
        identifier,
        displayName,
        installedAt: new Date(Date.now() + 60_000).toISOString(),
      })),
    isIn: (sql) => [...groups].some((group) => sql.includes(group)),
  })

  const agentOn = (host: AgentHost, more: object = {}): Agent =>
    osqueryAgent({ url: server.url, ca: server.caPem, secret, host, ...more })

  const api = (method: string, path: string, body: object, token = server.token) =>
    new Promise<Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      const outgoing = request(`${server.url}${path}`, { method, ca: server.caPem, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(Buffer.concat(parts).toString() || '{}') as Readonly<Record<string, unknown>>,
          })
        })
      })
      outgoing.on('error', reject)
      outgoing.end(JSON.stringify(body))
    })

  it('enrolls as the host that the Mac is already, whatever the case of its hardware id', async () => {
    await agent.enroll()
    assert.deepEqual(
      await agent.poll(),
      ['host', 'mdm_config_profiles_darwin', 'mdm', 'disk_encryption_darwin'].map((name) => `fleet_detail_query_${name}`),
    )
    assert.deepEqual(await agent.poll(), [], 'once an hour is enough')
    assert.equal(await server.client.hosts.count(), 1)
    await eventually(
      'its name is what the agent says',
      async () => (await server.client.hosts.get(hostId)).computer_name === 'Told by its agent',
    )
  })

  it('tells what the Mac itself thinks of its management, and whether its disk is encrypted', async () => {
    const { hosts } = server.client
    await eventually('both are shown', async () => (await hosts.get(hostId)).disk_encryption_enabled === true)
    assert.deepEqual((await hosts.enrollment(hostId)).reported, {
      enrolled: true,
      server_url: 'https://elsewhere.example.com/mdm',
      installed_from_dep: false,
      agrees: true,
    })
  })

  it('verifies what is really there', async () => {
    const uuid = await story.upload(server.client, story.profileCalled('wifi'))
    await story.converge(fleet, ['wifi'])
    await eventually('it is acknowledged', async () => (await server.client.profiles.status(uuid)).verifying === 1)
    await agent.enroll()
    await agent.poll()
    await eventually('it was seen', async () => (await server.client.profiles.status(uuid)).verified === 1)
  })

  it('answers the queries of labels, and settings follow', async () => {
    const label = await server.client.labels.create({ name: 'Builders', query: "SELECT 1 FROM apps WHERE name = 'Xcode'" })
    const bytes = story.profileCalled('build')
    await server.client.profiles.upload({ name: 'build.mobileconfig', bytes }, null, { labels_include_any: ['Builders'] })
    await server.client.profiles.upload({ name: 'rest.mobileconfig', bytes: story.profileCalled('rest') }, null, {
      labels_exclude_any: ['Builders'],
    })
    await fleet.connectAll()
    assert.deepEqual(story.holdings(device), ['wifi'], 'nobody knows yet whether it is a builder')
    groups.add('Xcode')
    await eventually('it is asked', async () => {
      await agent.enroll()
      return (await agent.poll()).includes(`fleet_label_query_${String(label.id)}`)
    })
    await story.converge(fleet, ['build', 'wifi'])
    groups.delete('Xcode')
    await agent.enroll()
    await agent.poll()
    await story.converge(fleet, ['rest', 'wifi'])
  })

  it('spoils nothing with one bad answer', async () => {
    await agent.enroll()
    const good = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`unknown_${String(index)}`, []]))
    const { status } = await api('POST', '/api/v1/osquery/distributed/write', {
      node_key: agent.nodeKey(),
      queries: {
        ...good,
        fleet_detail_query_host: [{ computer_name: 'Good answer', hardware_serial: '-1' }],
        fleet_detail_query_mdm_config_profiles_darwin: [],
        fleet_label_query_1: 'no rows at all',
      },
      statuses: { fleet_detail_query_host: '0', fleet_detail_query_mdm_config_profiles_darwin: 1 },
      messages: { fleet_detail_query_mdm_config_profiles_darwin: 'no such table' },
    })
    assert.equal(status, 200)
    await eventually('the good one counts', async () => (await server.client.hosts.get(hostId)).computer_name === 'Good answer')
    assert.equal((await server.client.hosts.get(hostId)).hardware_serial, device.serial)
    assert.deepEqual((await server.client.summary(null)).failed, 0)
  })

  it('hears that its key is worth nothing when another took its place, and only then', async () => {
    const clone = agentOn(
      hostFrom(device.udid, () => []),
      { instanceId: 'clone', gzip: true },
    )
    await clone.enroll()
    await eventually('the old key is nobody’s', async () => {
      const { body } = await api('POST', '/api/osquery/config', { node_key: 'nobody' })
      return body['node_invalid'] === true
    })
    for (const instance of ['one', 'two', 'one', 'two'])
      await agentOn(
        hostFrom(device.udid, () => []),
        { instanceId: instance },
      ).enroll()
    const history = await story.historyOf(server.client, device)
    assert.ok(story.typesIn(history).includes('IdentityConflictDetected'))
    assert.equal(await server.client.hosts.count(), 1)
  })

  it('is a host of its own before the Mac ever enrolls', async () => {
    const stranger = agentOn(hostFrom('0F0E0D0C-0B0A-4908-8706-050403020100', () => []))
    await stranger.enroll()
    await eventually('there are two', async () => (await server.client.hosts.count()) === 2)
    const { status, body } = await api('POST', '/api/fleet/orbit/enroll', {
      ...{ enroll_secret: secret, hardware_uuid: '0f0e0d0c-0b0a-4908-8706-050403020100', platform: 'darwin' },
    })
    assert.equal(status, 200)
    const key = body['orbit_node_key']
    assert.equal((await api('POST', '/api/fleet/orbit/config', { orbit_node_key: key })).status, 200)
    assert.equal((await api('POST', '/api/fleet/orbit/config', { orbit_node_key: 'nobody' })).status, 401)
    assert.equal(await server.client.hosts.count(), 2)
  })

  it('is refused in the words of the key at fault', async () => {
    const refused = async (path: string, body: object) => {
      const answer = await api('POST', path, body)
      return [
        answer.status,
        (answer.body['errors'] as readonly { name: string }[] | undefined)?.[0]?.name ?? answer.body['node_invalid'],
      ]
    }
    assert.deepEqual(await refused('/api/osquery/enroll', { enroll_secret: 'wrong' }), [401, true])
    assert.deepEqual(await refused('/api/osquery/enroll', {}), [400, 'enroll_secret'])
    assert.deepEqual(await refused('/api/osquery/enroll', { enroll_secret: secret }), [400, 'hardware_uuid'])
    assert.deepEqual(await refused('/api/osquery/distributed/read', []), [400, 'body'])
    assert.deepEqual(await refused('/api/osquery/distributed/read', { node_key: 7 }), [400, 'node_key'])
    assert.deepEqual(await refused('/api/osquery/distributed/read', { node_key: 'nobody' }), [200, true])
  })
})
