import assert from 'node:assert/strict'
import { createGzip } from 'node:zlib'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import type { AgentRig, Heard } from './agent-rig.ts'
import { agentRig, machine } from './agent-rig.ts'

const MiB = 1024 * 1024

/** A body of logs as osquery writes it: the key comes last. */
function* logs(key: string, lines: number, lineBytes: number): Generator<string> {
  yield '{"data":['
  const line = `{"name":"q","columns":{"a":"${'x\\"{[\\\\'.repeat(lineBytes / 7)}"}}`
  for (let n = 0; n < lines; n++) yield `${n === 0 ? '' : ','}${line}`
  yield `],"log_type":"result","node_key":${JSON.stringify(key)}}`
}

describe('What an agent says at length', function () {
  this.timeout(120_000)
  let rig: AgentRig
  let key: string

  before(async () => {
    rig = await agentRig()
    const { body } = await rig.enroll(machine({ uuid: '0D2A6B1F-6A53-4B1E-8F0A-2C1D9E7B3A11' }, { instance: 'one' }))
    key = String(body['node_key'])
  })
  after(() => rig?.stop())

  const send = (path: string, parts: Iterable<string>, gzip = false): Promise<Heard> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', ...(gzip && { 'content-encoding': 'gzip' }) }
      const outgoing = request(`${rig.url}${path}`, { method: 'POST', headers }, (response) => {
        const heard: Buffer[] = []
        response.on('data', (part: Buffer) => heard.push(part))
        response.on('end', () => {
          const body = JSON.parse(Buffer.concat(heard).toString() || '{}') as Heard['body']
          resolve({ status: response.statusCode ?? 0, body })
        })
      })
      outgoing.on('error', reject)
      const body = Readable.from(parts)
      if (gzip) body.pipe(createGzip({ level: 1 })).pipe(outgoing)
      else body.pipe(outgoing)
    })

  it('may be as many log lines as osquery sends at once: 64 MiB of them are taken, and kept in no memory [case K2]', async () => {
    const before = process.memoryUsage().arrayBuffers
    assert.deepEqual(await send('/api/osquery/log', logs(key, 64, MiB)), { status: 200, body: {} })
    assert.ok(process.memoryUsage().arrayBuffers - before < 48 * MiB)
  })

  it('may be packed [case K2]', async () => {
    assert.deepEqual(await send('/api/osquery/log', logs(key, 32, MiB), true), { status: 200, body: {} })
  })

  it('is nobody’s when its key is, however long it is [case K2]', async () => {
    const { status, body } = await send('/api/osquery/log', logs('nobody', 8, MiB))
    assert.deepEqual([status, body['node_invalid']], [200, true])
  })

  it('is refused with an error beyond the limit, and what follows on the same connection is not [case K2]', async () => {
    function* block(): Generator<string> {
      for (let n = 0; n < 20; n++) yield n === 0 ? '{"session_id":"s","data":"' : 'A'.repeat(MiB)
      yield '"}'
    }
    const { status, body } = await send('/api/osquery/carve/block', block())
    assert.equal(status, 413)
    assert.match(String(body['error']), /more than the \d+ bytes that are taken/)
    assert.deepEqual(await send('/api/osquery/log', logs(key, 2, MiB)), { status: 200, body: {} })
  })

  it('does not come again for ever when it is answers that are too large: they are dropped with a word in the log [case K2]', async () => {
    function* answers(): Generator<string> {
      yield '{"queries":{"fleet_detail_query_host":['
      for (let n = 0; n < 8; n++) yield `${n === 0 ? '' : ','}{"computer_name":"${'x'.repeat(MiB)}"}`
      yield `]},"node_key":${JSON.stringify(key)}}`
    }
    assert.deepEqual(await send('/api/osquery/distributed/write', answers()), { status: 200, body: {} })
    assert.ok(rig.lines.some(({ message }) => message.includes('larger than is taken')))
  })

  it('may be answers to more queries than are taken: those beyond are left out [case K2]', async () => {
    const queries = Object.fromEntries(Array.from({ length: 2500 }, (_, n) => [`q${String(n)}`, []]))
    assert.deepEqual(await rig.post('/api/osquery/distributed/write', { node_key: key, queries }), { status: 200, body: {} })
  })
})
