import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** A real Redis of a test's own, on 127.0.0.1, with an append-only file and without eviction. */
export type TestRedis = Readonly<{
  url: string
  /** Ends the server as an operator does; its data stay. */
  stop: () => Promise<void>
  /** Ends the server as a power failure does; its data stay as far as they were written. */
  kill: () => Promise<void>
  /** Starts the server again on the same port and data, after it has ended if it still ran. */
  restart: () => Promise<void>
  flushall: () => Promise<void>
  /** Ends the server and removes its data. */
  discard: () => Promise<void>
}>

/**
 * Starts a Redis for the suite's tests, or skips the suite with a line that says how to get one. With CI=true a missing Redis fails.
 * For use in a `before` hook: `redis = await redisOrSkip(this)`.
 */
export const redisOrSkip = async (context: Mocha.Context): Promise<TestRedis> => {
  if (!redisIsInstalled()) {
    if (process.env['CI'] === 'true') throw new Error(`redis-server is not installed, and CI skips nothing. ${howToGetIt}`)
    console.log(`      Skipped: redis-server is not installed. ${howToGetIt}`)
    context.skip()
  }
  return startRedis()
}

const howToGetIt = 'On Debian: apt-get install redis-server; on macOS: brew install redis.'

const redisIsInstalled = (): boolean => spawnSync('redis-server', ['--version']).status === 0

const startRedis = async (): Promise<TestRedis> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${String(port)}`
  let server = await launch(folder, port)

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill(signal)
    await exited
  }
  // A test run that ends early must leave no server behind.
  const killAtExit = (): void => void server.kill('SIGKILL')
  process.on('exit', killAtExit)

  return {
    url,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM')
      server = await launch(folder, port)
    },
    flushall: () => withClient(url, (client) => client.flushall()),
    discard: async () => {
      await end('SIGKILL')
      process.off('exit', killAtExit)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const launch = async (folder: string, port: number): Promise<ChildProcess> => {
  const settings = { port: String(port), bind: '127.0.0.1', dir: folder, appendonly: 'yes', appendfsync: 'always', save: '' }
  const args = Object.entries({ ...settings, 'maxmemory-policy': 'noeviction' }).flatMap(([name, value]) => [`--${name}`, value])
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    server.stdout.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000)
      if (said.includes('Ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => {
      reject(new Error(`redis-server ended before it was ready: ${said}`))
    })
  })
  return server
}

const withClient = async (url: string, body: (client: Redis) => Promise<unknown>): Promise<void> => {
  const client = new Redis(url, { maxRetriesPerRequest: 1 })
  client.on('error', () => undefined)
  try {
    await body(client)
  } finally {
    client.disconnect()
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
