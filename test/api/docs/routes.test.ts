import assert from 'node:assert/strict'
import express from 'express'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { docsRoutes } from '../../../src/api/docs/routes.ts'

describe('The pages about the API', () => {
  let web: Server

  before(async () => {
    web = express()
      .disable('etag')
      .use(docsRoutes({ version: '1.2.3' }))
      .listen(0, '127.0.0.1')
    await once(web, 'listening')
  })
  after(() => void web.close())

  type Got = Readonly<{ status: number; headers: IncomingHttpHeaders; text: string }>

  // The headers go out as they are here: fetch would add its own to a conditional request.
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> =>
    new Promise((resolve, reject) => {
      const { port } = web.address() as AddressInfo
      const outgoing = request({ host: '127.0.0.1', port, path, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() })
        })
      })
      outgoing.on('error', reject)
      outgoing.end()
    })

  it('show every route and every schema, each link leading somewhere', async () => {
    const { status, headers, text } = await get('/api/docs')
    assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8'])
    for (const told of ['GET /api/v1/fleet/hosts/{id}', 'DELETE /api/v1/fleet/api_tokens/{id}', 'GET /healthz', 'version 1.2.3'])
      assert.ok(text.includes(told), told)
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    for (const [, link] of text.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.has(link), link)
    assert.ok(ids.has('schema-Host'))
  })

  it('need no script and nobody else, and say so', async () => {
    const { headers, text } = await get('/api/docs')
    assert.match(String(headers['content-security-policy']), /^default-src 'none';style-src 'sha256-[^']+';/)
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|script/)
    assert.doesNotMatch(text, /<script|<link|<img|<iframe| on\w+=| style=|(href|src)="https?:/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
  })

  it('have the document for machines', async () => {
    const { status, headers, text } = await get('/api/docs/openapi.json')
    assert.deepEqual([status, headers['content-type']], [200, 'application/json; charset=utf-8'])
    const { openapi, info, servers } = JSON.parse(text)
    assert.deepEqual([openapi, info.version, servers], ['3.1.1', '1.2.3', [{ url: '/api/v1/fleet' }]])
  })

  for (const path of ['/api/docs', '/api/docs/openapi.json'])
    it(`are not sent again to who has them: ${path}`, async () => {
      const { headers } = await get(path)
      assert.equal(headers['cache-control'], 'public, no-cache')
      const again = await get(path, { 'if-none-match': String(headers.etag) })
      assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', headers.etag])
      assert.equal((await get(path, { 'if-none-match': '"another"' })).status, 200)
    })

  it('have nothing else below them', async () => {
    assert.equal((await get('/api/docs/other')).status, 404)
  })
})
