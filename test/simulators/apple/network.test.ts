import assert from 'node:assert/strict'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Network, NetworkOptions } from '../../../src/simulators/apple/network.ts'
import { deviceNetwork } from '../../../src/simulators/apple/network.ts'

describe("The simulated devices' network", () => {
  let server: Server
  let network: Network
  let requests: string[]
  let answer: RequestListener

  beforeEach(async () => {
    requests = []
    server = createServer((request, response) => {
      requests.push(`${String(request.method)} ${String(request.url)}`)
      answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    network.close()
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  })

  const base = (): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`

  const get = (options: NetworkOptions, path = '/a?b=c') => {
    network = deviceNetwork({ backOffMs: 1, baseUrl: base(), ...options })
    return network.send({ method: 'GET', url: `https://mdm.example.com${path}` })
  }

  it('goes to the given base instead of the host that a profile names, with the same path and query', async () => {
    answer = (_, response) => response.end('fine')
    const { status, body } = await get({})
    assert.deepEqual([status, body.toString(), requests], [200, 'fine', ['GET /a?b=c']])
  })

  it('answers the last 5xx when the server stays ill, after as many tries as it may', async () => {
    answer = (_, response) => response.writeHead(503).end()
    assert.equal((await get({ tries: 3 })).status, 503)
    assert.equal(requests.length, 3)
  })

  it('waits out a 429', async () => {
    answer = (_, response) => response.writeHead(requests.length < 3 ? 429 : 200).end()
    assert.equal((await get({ tries: 3 })).status, 200)
  })

  it('does not repeat what the server refused', async () => {
    answer = (_, response) => response.writeHead(404).end()
    assert.equal((await get({})).status, 404)
    assert.equal(requests.length, 1)
  })

  it('says that the server is unreachable when every connection breaks', async () => {
    answer = (request) => request.socket.destroy()
    await assert.rejects(get({ tries: 2 }), { name: 'DeviceFailure', code: 'unreachable' })
    assert.equal(requests.length, 2)
  })

  it('does not wait for ever for a reply, nor for its end', async () => {
    answer = () => undefined
    await assert.rejects(get({ tries: 1, timeoutMs: 50 }), /had no answer: No reply within 50 ms/)
    network.close()
    answer = (_, response) => response.write('half')
    await assert.rejects(get({ tries: 1, timeoutMs: 50 }), { name: 'DeviceFailure', code: 'unreachable' })
  })

  it('does not take more than 16 MiB', async () => {
    answer = (_, response) => response.end(Buffer.alloc(17 * 1024 * 1024))
    await assert.rejects(get({ tries: 1 }), /The reply has more than 16777216 bytes/)
  })
})
