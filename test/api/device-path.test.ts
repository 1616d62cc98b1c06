import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { DeviceRoute } from '../../src/api/device-path.ts'
import { BodyRefused } from '../../src/api/bodies.ts'
import { devicePath } from '../../src/api/device-path.ts'

const limit = 1000

describe('The path that devices take past the framework', () => {
  let server: Server
  let url: string
  let open: boolean
  let seen: string[]
  let failures: string[]
  let times: string[]
  beforeEach(async () => {
    ;[open, seen, failures, times] = [true, [], [], []]
    const route: DeviceRoute = {
      limitFor: ({ headers }) => {
        if (headers['x-refuse'] !== undefined) throw new Error('It is refused before it is read.')
        return limit
      },
      answer: ({ body, query }) => {
        seen.push(`${query}/${body.toString()}`)
        if (body.toString() === 'fail') throw new Error('It failed.')
        return body.length === 0 ? { status: 200 } : { status: 200, type: 'text/plain', body: 'héllo' }
      },
      failed: (error) => {
        failures.push(`${error instanceof BodyRefused ? 'body' : 'other'}: ${(error as Error).message}`)
        return { status: 400 }
      },
    }
    const serve = devicePath({
      routes: { 'PUT /mdm': route },
      otherwise: (_, response) => void response.writeHead(404).end(),
      isOpen: () => open,
      observe: ({ method, route: path, status }) => void times.push(`${method} ${path} ${status}`),
    })
    server = createServer(serve).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const put = (path: string, body: string | Uint8Array<ArrayBuffer> = '', headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${url}${path}`, { method: 'PUT', body, headers })

  it('answers with what the route says, byte for byte, and times it', async () => {
    const answer = await put('/mdm?a=b', 'hello')
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'text/plain'])
    assert.equal(await answer.text(), 'héllo')
    const empty = await put('/mdm')
    assert.deepEqual([empty.status, empty.headers.get('content-length'), await empty.text()], [200, '0', ''])
    assert.deepEqual(seen, ['a=b/hello', '/'])
    assert.deepEqual(times, ['PUT /mdm 200', 'PUT /mdm 200'])
  })

  for (const [what, path] of [
    ['with a slash at the end', '/mdm/'],
    ['in capitals', '/MDM'],
  ] as const)
    it(`takes the path ${what}, as the framework does`, async () => {
      assert.equal((await put(path)).status, 200)
      assert.deepEqual(times, ['PUT /mdm 200'])
    })

  it('leaves all else to the framework, and everything while it is closed', async () => {
    assert.equal((await fetch(`${url}/mdm`)).status, 404)
    assert.equal((await put('/other')).status, 404)
    open = false
    assert.equal((await put('/mdm')).status, 404)
    assert.deepEqual([seen, times], [[], []])
  })

  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)
    it(`unpacks ${encoding}, and counts what comes out`, async () => {
      const headers = { 'content-encoding': encoding }
      assert.equal((await put('/mdm', Uint8Array.from(pack('x'.repeat(limit))), headers)).status, 200)
      assert.equal((await put('/mdm', Uint8Array.from(pack('x'.repeat(1_000_000))), headers)).status, 400)
      assert.deepEqual(seen, [`/${'x'.repeat(limit)}`])
      assert.deepEqual(failures, [`body: The body has more than the ${String(limit)} bytes that are taken here.`])
    })

  for (const [what, body, headers, told] of [
    [
      'is larger than its sender may send',
      'x'.repeat(limit + 1),
      {},
      'body: The body has more than the 1000 bytes that are taken here.',
    ],
    [
      'is not packed as it says',
      'x',
      { 'content-encoding': 'gzip' },
      'body: The body is cut short, or not packed as its header says.',
    ],
    [
      'is packed in an unknown way',
      'x',
      { 'content-encoding': 'zip' },
      'body: The body is encoded in a way that this server does not know.',
    ],
    ['is not to be read at all', 'x', { 'x-refuse': 'yes' }, 'other: It is refused before it is read.'],
    ['makes the route fail', 'fail', {}, 'other: It failed.'],
  ] as const)
    it(`answers for a body that ${what}, and hears the next one`, async () => {
      assert.equal((await put('/mdm', body, headers)).status, 400)
      assert.deepEqual(failures, [told])
      assert.equal((await put('/mdm', 'hello')).status, 200)
    })

  it('counts what comes in pieces, of a length that nobody told', async () => {
    const pieces = async function* () {
      for (let piece = 0; piece < 3; piece++) yield await Promise.resolve(Buffer.from('x'.repeat(limit / 2)))
    }
    const answer = await fetch(`${url}/mdm`, { method: 'PUT', body: pieces(), duplex: 'half' })
    assert.equal(answer.status, 400)
    assert.deepEqual(failures, ['body: The body has more than the 1000 bytes that are taken here.'])
  })

  it('notes a sender that goes away in the middle, and keeps nothing of it', async () => {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
    socket.write('PUT /mdm HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf')
    await once(server, 'request')
    socket.destroy()
    while (times.length === 0) await new Promise(setImmediate)
    assert.deepEqual([seen, times], [[], ['PUT /mdm aborted']])
    assert.match(failures[0] ?? '', /^body: /)
  })
})
