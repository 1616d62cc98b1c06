import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import type { AgentRig, Heard } from './agent-rig.ts'
import { agentRig, machine, secret } from './agent-rig.ts'

describe('An agent that is refused', function () {
  this.timeout(60_000)
  let rig: AgentRig
  let key: string

  before(async () => {
    rig = await agentRig()
    const { body } = await rig.enroll(machine({ uuid: '7B1E0A7C-5A0E-4B54-9C2D-0B1C2D3E4F50' }, { instance: 'one' }))
    key = String(body['node_key'])
  })
  after(() => rig?.stop())

  const told = ({ status, body }: Heard) => [status, typeof body['error'], body['node_invalid'] === true]
  const refused = (status: number) => [status, 'string', false]
  const isInvalid = [200, 'string', true]

  const paths = ['/api/osquery/', '/api/v1/osquery/']
  const withKey = ['config', 'distributed/read', 'distributed/write', 'carve/begin', 'log', 'yara/any']

  for (const prefix of paths)
    for (const path of withKey) {
      it(`hears of a key that is nobody’s as such at ${prefix}${path} [case K1]`, async () => {
        assert.deepEqual(told(await rig.post(`${prefix}${path}`, { node_key: 'nobody' })), isInvalid)
      })

      it(`hears an error, and nothing of its key, when ${prefix}${path} makes no sense of it [case K1]`, async () => {
        for (const [body, status, headers] of [
          ['no JSON at all', 400, {}],
          ['[]', 400, {}],
          ['{"node_key": 7}', 400, {}],
          ['{"node_key"', 400, {}],
          ['', 400, {}],
          [JSON.stringify({ node_key: key }), 415, { 'content-encoding': 'br-nonsense' }],
          ['not packed', 400, { 'content-encoding': 'gzip' }],
        ] as const)
          assert.deepEqual(told(await rig.post(`${prefix}${path}`, body, headers)), refused(status), body)
      })
    }

  it('hears an error wherever nothing is, and by whatever method [case K1]', async () => {
    for (const path of ['/api/osquery/nothing', '/api/v1/osquery/', '/api/osquery', '/api/osquery/carve/begin/more'])
      assert.deepEqual(told(await rig.post(path, { node_key: key })), refused(404), path)
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await fetch(`${rig.url}/api/osquery/config`, { method })
      assert.deepEqual(told({ status: answer.status, body: (await answer.json()) as Heard['body'] }), refused(404), method)
    }
  })

  it('hears an error for what it may not have [case K1]', async () => {
    assert.deepEqual(told(await rig.post('/api/osquery/yara/missing', { node_key: key })), refused(404))
    const block = { session_id: 'nobody', request_id: 'r', block_id: 0, data: 'AAAA' }
    assert.deepEqual(told(await rig.post('/api/osquery/carve/block', block)), refused(404))
    assert.deepEqual(told(await rig.post('/api/osquery/carve/begin', { node_key: key, carve_id: 'c' })), refused(400))
  })

  it('hears an error for a body that is larger than is taken [case K1]', async () => {
    const large = { node_key: key, more: 'x'.repeat(300_000) }
    assert.deepEqual(told(await rig.post('/api/osquery/config', large)), refused(413))
    assert.deepEqual(told(await rig.post('/api/osquery/enroll', { ...large, enroll_secret: secret })), refused(413))
    const packed = gzipSync(JSON.stringify(large))
    assert.deepEqual(told(await rig.post('/api/osquery/config', packed, { 'content-encoding': 'gzip' })), refused(413))
  })

  it('hears an error when its answers could not be kept, and tells them again [case K1]', async () => {
    const answers = { node_key: key, queries: { fleet_detail_query_host: [{ computer_name: 'Kept' }] }, statuses: {} }
    rig.away(true)
    const { status, body } = await rig.post('/api/osquery/distributed/write', answers)
    assert.deepEqual(told({ status, body }), refused(503))
    assert.equal(body['error'], 'The event log cannot be reached now.')
    rig.away(false)
    assert.deepEqual(await rig.post('/api/osquery/distributed/write', answers), { status: 200, body: {} })
  })

  it('hears an error for wrong secrets, and for too many of them [case K1]', async () => {
    const wrong = () => rig.post('/api/osquery/enroll', { enroll_secret: 'wrong' })
    assert.equal(typeof (await wrong()).body['error'], 'string')
    let last = await wrong()
    for (let times = 0; times < 100 && last.status !== 429; times++) last = await wrong()
    assert.deepEqual(told(last), refused(429))
  })

  it('hears it from orbit’s paths in the same word [case K1]', async () => {
    for (const [path, body, status] of [
      ['config', { orbit_node_key: 'nobody' }, 401],
      ['config', {}, 400],
      ['scripts/request', 'no JSON', 400],
      ['setup_experience/init', {}, 404],
    ] as const)
      assert.deepEqual(told(await rig.post(`/api/fleet/orbit/${path}`, body)), refused(status), path)
  })
})
