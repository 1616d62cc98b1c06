import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { musterProcess } from '../test/support/muster-process.ts'
import { rawLoad, rawRequest } from './support/raw-load.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const agents = 200
const connections = 32
const roundMs = 3000
const secret = 'the-secret-of-the-bench'

/** Distributed reads of agents that nothing is asked of. The server's one process has one core of two to itself, and shares the other with the load. */
export const agentReads: Benchmark = {
  about: 'idle distributed reads per second; limit: a bare server that parses the same JSON and answers the same',
  run: async () => {
    const server = await musterProcess({ MUSTER_TLS: 'off' })
    const bare = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        JSON.parse(Buffer.concat(parts).toString())
        response.setHeader('content-type', 'application/json')
        response.end('{"queries":{}}')
      })
    }).listen(0, '127.0.0.1')
    await once(bare, 'listening')
    try {
      const post = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
        const answer = await fetch(`${server.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        })
        return (await answer.json()) as Readonly<Record<string, unknown>>
      }
      const authorization = { authorization: `Bearer ${server.token}` }
      await post('/api/v1/fleet/spec/enroll_secret', { spec: { secrets: [{ secret }] } }, authorization)
      const keys: string[] = []
      for (let index = 0; index < agents; index++) {
        const uuid = `BENCH-${String(index)}`
        const details = { system_info: { uuid, hardware_serial: uuid }, os_version: { platform: 'darwin' } }
        const { node_key } = await post('/api/osquery/enroll', {
          enroll_secret: secret,
          host_identifier: uuid,
          host_details: details,
        })
        await post('/api/osquery/distributed/write', {
          node_key,
          queries: { fleet_detail_query_host: [{ computer_name: uuid }] },
        })
        keys.push(String(node_key))
      }
      const requests = keys.map((node_key) =>
        rawRequest(
          '/api/osquery/distributed/read',
          { 'content-type': 'application/json' },
          Buffer.from(JSON.stringify({ node_key })),
          'POST',
        ),
      )
      const port = Number(new URL(server.url).port)
      const { port: barePort } = bare.address() as AddressInfo
      await rawLoad(port, requests, connections, roundMs)
      await rawLoad(barePort, requests, connections, roundMs)
      const ours: number[] = []
      const limits: number[] = []
      for (let round = 0; round < 3; round++) {
        ours.push(await rawLoad(port, requests, connections, roundMs))
        limits.push(await rawLoad(barePort, requests, connections, roundMs))
      }
      return result('agents', median(ours), 'reads/s', median(limits), { agents, connections, rounds: 3 })
    } finally {
      bare.close()
      await server.close()
    }
  },
}
