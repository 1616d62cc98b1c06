import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

type Told = Readonly<{ status: number; type: string | null; text: string }>

/** Where devices call, with what each hears of a body that is not taken: beyond the limit, in an unknown packing, not packed as it says, and no message at all. */
const edges = [
  {
    name: 'Apple’s devices',
    method: 'PUT',
    path: '/mdm/apple/mdm',
    limit: 64 * 1024,
    large: (told: Told) => told.status === 400 && told.text === '',
    unknown: (told: Told) => told.status === 400 && told.text === '',
    broken: (told: Told) => told.status === 400 && told.text === '',
  },
  {
    name: 'Windows’ sessions',
    method: 'POST',
    path: '/api/mdm/microsoft/management',
    limit: 1024 * 1024,
    large: (told: Told) => told.status === 413 && told.text === '',
    unknown: (told: Told) => told.status === 415 && told.text === '',
    broken: (told: Told) => told.status === 400 && told.text === '',
  },
  {
    name: 'Windows’ enrollments',
    method: 'POST',
    path: '/EnrollmentServer/Discovery.svc',
    limit: 256 * 1024,
    large: (told: Told) => told.status === 200 && told.text.includes('MessageFormat') && told.text.includes('at most'),
    unknown: (told: Told) => told.status === 200 && told.text.includes('MessageFormat'),
    broken: (told: Told) => told.status === 200 && told.text.includes('MessageFormat'),
  },
  {
    name: 'osquery',
    method: 'POST',
    path: '/api/osquery/distributed/read',
    limit: 256 * 1024,
    large: (told: Told) => told.status === 413 && saysError(told),
    unknown: (told: Told) => told.status === 415 && saysError(told),
    broken: (told: Told) => told.status === 400 && saysError(told),
  },
  {
    name: 'orbit',
    method: 'POST',
    path: '/api/fleet/orbit/config',
    limit: 256 * 1024,
    large: (told: Told) => told.status === 413 && saysError(told),
    unknown: (told: Told) => told.status === 415 && saysError(told),
    broken: (told: Told) => told.status === 400 && saysError(told),
  },
] as const

const saysError = ({ text, type }: Told): boolean => {
  const body = JSON.parse(text) as Readonly<Record<string, unknown>>
  return typeof body['error'] === 'string' && body['node_invalid'] === undefined && type?.startsWith('application/json') === true
}

describe('What devices say is bounded at every edge', function () {
  this.timeout(60_000)
  let server: TestServer
  before(async () => {
    server = await startServer({ environment: { MUSTER_TLS: 'off' } })
  })
  after(() => server?.stop())

  for (const { name, method, path, limit, large, unknown, broken } of edges) {
    const send = async (
      body: string | Uint8Array<ArrayBuffer>,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Told> => {
      const answer = await fetch(`${server.url}${path}`, { method, body, headers })
      return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
    }

    it(`${name} hear of a body that is larger than is taken, and of one that unpacks to more`, async () => {
      const body = 'x'.repeat(limit + 1)
      const told = await send(body)
      assert.ok(large(told), JSON.stringify(told))
      const packed = await send(Uint8Array.from(gzipSync(body)), { 'content-encoding': 'gzip' })
      assert.ok(large(packed), JSON.stringify(packed))
    })

    it(`${name} hear of a body that is packed in no way that is known, or not as it says`, async () => {
      const told = await send('x', { 'content-encoding': 'zip' })
      assert.ok(unknown(told), JSON.stringify(told))
      const wrong = await send('not packed', { 'content-encoding': 'gzip' })
      assert.ok(broken(wrong), JSON.stringify(wrong))
    })

    it(`${name} hear of a body that is no message`, async () => {
      const told = await send('no message')
      assert.ok(broken(told), JSON.stringify(told))
    })

    it(`${name} may go away in the middle of a body, and the next one is served`, async () => {
      const { hostname, port } = new URL(server.url)
      const socket = connect({ port: Number(port), host: hostname })
      socket.on('error', () => undefined)
      socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: 100\r\n\r\nhalf`)
      await once(socket, 'connect')
      socket.destroy()
      assert.ok(broken(await send('no message')))
    })

    it(`${name} are timed under the path that they called, whatever became of them`, async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      assert.match(text, new RegExp(`method="${method}",route="${path}",status="\\d+"`))
    })
  }

  it('leaves other methods on these paths to those who serve people', async () => {
    for (const { path } of edges.filter(({ method }) => method === 'POST')) {
      const answer = await fetch(`${server.url}${path}`, { method: 'DELETE' })
      assert.equal(answer.status, 404, path)
    }
  })
})
