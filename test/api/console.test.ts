import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { consolePages, consoleRoutes } from '../../src/api/console.ts'
import { places } from '../../src/console/shell/places.ts'

describe('The web console, as the server serves it', () => {
  let folder: string
  let server: Server
  let url: string

  const serve = async (from: string): Promise<void> => {
    server = express().use(consoleRoutes(from)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  }
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`${url}${path}`, { method, redirect: 'manual' })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-console-'))
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>The console</title>')
    await writeFile(join(folder, 'assets', 'index-1a2b3c.js'), 'void 0')
    await writeFile(join(folder, 'secret.txt'), 'not for the web')
  })
  after(() => rm(folder, { recursive: true, force: true }))
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it('is one page at its own paths, however deep, and never kept', async () => {
    await serve(folder)
    for (const path of ['/', ...consolePages.map((page) => `/${page}`), '/hosts/7?at=2026-03-01', '/profiles/a/b/c']) {
      const { status, headers, text } = await get(path)
      assert.equal(status, 200, path)
      assert.match(text, /The console/, path)
      assert.equal(headers.get('cache-control'), 'no-cache', path)
    }
  })

  it('takes no path that is not its own, and changes nothing', async () => {
    await serve(folder)
    for (const path of [
      '/api/v1/fleet/hosts',
      '/mdm/apple/mdm',
      '/healthz',
      '/scep',
      '/hostsx',
      '/secret.txt',
      '/assets',
      '/assets/',
      '/index.html',
    ])
      assert.equal((await get(path)).status, 404, path)
    for (const path of ['/assets/nothing.js', '/assets/../secret.txt', '/assets/..%2fsecret.txt', '/assets/%2e%2e/secret.txt'])
      assert.doesNotMatch((await get(path)).text, /not for the web/, path)
    assert.equal((await get('/hosts', 'POST')).status, 404)
  })

  it('lets what has a name of its content be kept for ever', async () => {
    await serve(folder)
    const { status, headers } = await get('/assets/index-1a2b3c.js')
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.match(headers.get('content-type') ?? '', /javascript/)
  })

  it('runs scripts of its own files alone', async () => {
    await serve(folder)
    const policy = (await get('/hosts')).headers.get('content-security-policy') ?? ''
    const rules = new Map(policy.split(';').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')] as const))
    assert.equal(rules.get('default-src'), "'none'")
    assert.equal(rules.get('script-src'), "'self'")
    assert.equal(rules.get('style-src'), "'self' 'unsafe-inline'")
    assert.equal(rules.get('connect-src'), "'self'")
    assert.equal(rules.get('frame-ancestors'), "'none'")
    assert.doesNotMatch(policy, /https?:|\*|unsafe-eval/)
  })

  it('says how to build it when it was not built', async () => {
    await serve(join(folder, 'nothing'))
    const { status, text } = await get('/')
    assert.equal(status, 200)
    assert.match(text, /npm run build/)
    assert.equal((await get('/hosts')).status, 404)
  })
})

describe('The menu of the web console', () => {
  it('leads only to paths that the server serves', () => {
    const served: readonly string[] = ['/', ...consolePages.map((page) => `/${page}`)]
    for (const { path } of places) assert.ok(served.includes(path), path)
  })

  it('has a key of its own for each place', () => {
    assert.equal(new Set(places.map(({ letter }) => letter)).size, places.length)
  })
})
