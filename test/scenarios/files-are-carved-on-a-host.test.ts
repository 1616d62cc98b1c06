import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { request } from 'node:https'
import { osqueryAgent } from '../../src/simulators/agent.ts'
import { sqlOn } from '../support/sql.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('Files that are carved on a host', function () {
  this.timeout(60_000)
  const uuid = '0C0C0C0C-0000-4000-8000-00000000000C'
  const blockSize = 20_000
  const content = randomBytes(3 * blockSize + 17)
  let server: TestServer
  let nodeKey: string
  let session: string

  before(async () => {
    server = await startServer()
    const agent = osqueryAgent({
      ...{ url: server.url, ca: server.caPem, secret: await server.client.enrollSecrets.add(null) },
      host: {
        ...{ uuid, serial: 'CARVED1', name: 'Carved', model: 'Mac14,7', osVersion: '15.1', osBuild: '24B83' },
        ...{ profiles: () => [], isIn: () => false },
      },
    })
    await agent.enroll()
    nodeKey = agent.nodeKey() ?? assert.fail('The agent has no key.')
  })
  after(() => server?.stop())

  const call = (method: string, path: string, body?: object): Promise<Readonly<{ status: number; bytes: Buffer }>> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
      const outgoing = request(`${server.url}${path}`, { method, headers, ca: server.caPem }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(parts) })
        })
      })
      outgoing.on('error', reject)
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  const json = async (method: string, path: string, body?: object) => {
    const { status, bytes } = await call(method, path, body)
    return { status, body: JSON.parse(bytes.toString()) }
  }

  const announcement = () => ({
    ...{ node_key: nodeKey, carve_id: 'carve-1', request_id: 'request-1' },
    ...{ block_count: '4', block_size: blockSize, carve_size: content.length },
  })
  const block = (index: number) => ({
    ...{ session_id: session, request_id: 'request-1', block_id: index },
    data: content.subarray(index * blockSize, (index + 1) * blockSize).toString('base64'),
  })
  const put = (index: number, more: object = {}) => json('POST', '/api/osquery/carve/block', { ...block(index), ...more })

  it('are announced by an agent that is known, with numbers that fit', async () => {
    const begin = (more: object = {}) => json('POST', '/api/v1/osquery/carve/begin', { ...announcement(), ...more })
    assert.deepEqual((await begin({ node_key: 'stranger' })).body, { error: 'The node key is not known.', node_invalid: true })
    for (const [field, more] of [
      ['block_count', { block_count: 3 }],
      ['carve_size', { carve_size: 2 ** 31 }],
      ['block_size', { block_size: 0 }],
      ['carve_id', { carve_id: '' }],
    ] as const) {
      const { status, body } = await begin(more)
      assert.deepEqual([status, body.errors[0].name], [400, field])
    }
    const { body } = await begin()
    assert.equal(body.success, true)
    session = body.session_id
  })

  it('come block by block, in any order, some of them twice', async () => {
    for (const [field, more] of [
      ['session_id', { session_id: 'another' }],
      ['request_id', { request_id: 'another' }],
      ['block_id', { block_id: 4 }],
      ['data', { data: 'AAAA' }],
      ['data', { data: '!' }],
    ] as const)
      assert.equal((await put(0, more)).body.errors[0].name, field)
    for (const index of [2, 0, 0, 3]) assert.deepEqual((await put(index)).body, { success: true })
    const { body } = await json('GET', '/api/v1/fleet/carves')
    assert.deepEqual([body.carves.length, body.carves[0].max_block, body.carves[0].finished_at], [1, 2, null])
    await put(1)
    assert.notEqual((await json('GET', `/api/v1/fleet/carves/${body.carves[0].id}`)).body.carve.finished_at, null)
  })

  it('are fetched by an admin, which is recorded; at rest they are sealed', async () => {
    const { body } = await json('GET', '/api/v1/fleet/carves')
    const { id } = body.carves[0]
    const parts = await Promise.all([0, 1, 2, 3].map((index) => call('GET', `/api/v1/fleet/carves/${id}/block/${index}`)))
    assert.ok(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(content))
    assert.equal((await call('GET', `/api/v1/fleet/carves/${id}/block/4`)).status, 404)
    const { events } = await server.client.hosts.history(await story.hostIdOn(server.client, { udid: uuid }))
    const types = events.map(({ type }) => type)
    assert.deepEqual(types.filter((type) => type.startsWith('Carve')).sort(), ['CarveStarted', 'CarveViewed'])
    const stored = JSON.stringify(await sqlOn(server.databaseUrl, 'select sealed from carve_blocks'))
    assert.ok(!stored.includes(content.subarray(0, 60).toString('base64')))
  })

  it('are too many when a host has five under way', async () => {
    const begun = []
    for (let times = 0; times < 6; times++) begun.push((await json('POST', '/api/osquery/carve/begin', announcement())).status)
    assert.deepEqual(begun, [200, 200, 200, 200, 200, 429])
  })

  it('are looked for by rules that agents fetch by name', async () => {
    const contents = 'rule miner { condition: true }'
    assert.equal((await json('PUT', '/api/v1/fleet/yara_rules/miner.yar', { contents })).status, 200)
    const fetched = await call('POST', '/api/osquery/yara/miner.yar', { node_key: nodeKey })
    assert.deepEqual([fetched.status, fetched.bytes.toString()], [200, contents])
    assert.equal((await call('POST', '/api/osquery/yara/other.yar', { node_key: nodeKey })).status, 404)
    const stranger = await json('POST', '/api/osquery/yara/miner.yar', { node_key: 'stranger' })
    assert.deepEqual(stranger.body, { error: 'The node key is not known.', node_invalid: true })
    assert.equal((await json('PUT', '/api/v1/fleet/yara_rules/a%20b', { contents })).status, 400)
    assert.equal((await json('PUT', '/api/v1/fleet/yara_rules/empty', { contents: '' })).status, 422)
    const { body } = await json('GET', '/api/v1/fleet/yara_rules')
    assert.deepEqual(
      body.yara_rules.map(({ name, size }: { name: string; size: number }) => [name, size]),
      [['miner.yar', 30]],
    )
    assert.equal((await json('DELETE', '/api/v1/fleet/yara_rules/miner.yar')).status, 200)
    assert.equal((await json('DELETE', '/api/v1/fleet/yara_rules/miner.yar')).status, 404)
  })
})
