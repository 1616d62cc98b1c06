import assert from 'node:assert/strict'
import express from 'express'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import { errorHandler } from '../../src/api/errors.ts'
import { requestTimes, timed } from '../../src/api/metrics.ts'
import type { Check } from '../../src/api/operations.ts'
import { operationsRouter } from '../../src/api/operations.ts'

describe('the operations routes', () => {
  let server: Server
  let url: string
  let checks: Check[] = []
  const logged: object[] = []

  before(async () => {
    const registry = new Registry()
    const log = { info: () => {}, warn: () => {}, error: (fields: object) => void logged.push(fields) }
    const web = express()
      .use(timed(requestTimes(registry)))
      .use((request, response, next) => {
        operationsRouter({ checks, metrics: () => registry.metrics(), contentType: registry.contentType, patienceMs: 20 })(
          request,
          response,
          next,
        )
      })
      .get('/things/:id', (_, response) => void response.json({}))
      .get('/broken', () => {
        throw new Error('the password is swordfish')
      })
      .use(errorHandler(log))
    server = web.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const ready = async (...found: Check[]) => {
    checks = found
    const response = await fetch(`${url}/readyz`)
    return { status: response.status, body: (await response.json()) as object }
  }

  it('say that the process is alive, whatever else is not', async () => {
    checks = [{ name: 'log', check: async () => ({ ok: false }) }]
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
  })

  it('say that it is ready when everything vital is there', async () => {
    const { status, body } = await ready(
      { name: 'log', check: async () => ({ ok: true, detail: 'at 12' }) },
      { name: 'push', vital: false, check: async () => ({ ok: false, detail: 'no certificate' }) },
    )
    assert.equal(status, 200)
    assert.deepEqual(body, {
      ok: true,
      checks: [
        { name: 'log', vital: true, ok: true, detail: 'at 12' },
        { name: 'push', vital: false, ok: false, detail: 'no certificate' },
      ],
    })
  })

  it('answer 503 when something vital is missing, throws without telling what, or never answers', async () => {
    const fault = async (): Promise<never> => {
      throw new Error('the password is swordfish')
    }
    for (const [check, detail] of [
      [async () => ({ ok: false, detail: 'down' }), 'down'],
      [fault, 'the check failed'],
      [() => new Promise<never>(() => {}), 'no answer within 20 ms'],
    ] as const) {
      const { status, body } = await ready({ name: 'log', check })
      assert.equal(status, 503)
      assert.deepEqual(body, { ok: false, checks: [{ name: 'log', vital: true, ok: false, detail }] })
    }
  })

  it('count requests by the template of their route, and all unknown paths as one', async () => {
    for (const path of ['/things/1', '/things/2', '/nowhere/3', '/nowhere/4']) await (await fetch(`${url}${path}`)).arrayBuffer()
    const metrics = await (await fetch(`${url}/metrics`)).text()
    assert.match(metrics, /request_duration_seconds_count\{method="GET",route="\/things\/:id",status="200"\} 2/)
    assert.match(metrics, /request_duration_seconds_count\{method="GET",route="unmatched",status="404"\} 2/)
    assert.doesNotMatch(metrics, /things\/1|nowhere/)
  })

  it('leak nothing of a fault, and log it once under the id that was answered', async () => {
    const response = await fetch(`${url}/broken`)
    const body = (await response.json()) as object
    assert.equal(response.status, 500)
    assert.doesNotMatch(JSON.stringify(body), /swordfish/)
    assert.equal(logged.length, 1)
  })
})
