import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { EmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts'
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts'

export type FreshDatabase = Readonly<{ url: string; drop: () => Promise<void> }>

/**
 * A new, empty database, on `TEST_DATABASE_URL`'s server if that is set, else on an embedded server that all tests of this process share
 * (started by the first call: give the hook a timeout of 20 s or more).
 */
export const freshDatabase = async (): Promise<FreshDatabase> => {
  const server = process.env['TEST_DATABASE_URL'] ?? (await sharedServer()).url
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(server, `create database ${name} template template0`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(server, `drop database if exists ${name} with (force)`) }
}

const onServer = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

let shared: Promise<EmbeddedPostgres> | undefined
let folder: string | undefined

const sharedServer = (): Promise<EmbeddedPostgres> => (shared ??= startShared())

const startShared = async (): Promise<EmbeddedPostgres> => {
  folder = await mkdtemp(join(tmpdir(), 'muster-test-'))
  await chmod(folder, 0o711)
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), durable: false })
  // Runs after the hook of startEmbeddedPostgres, which tells the server to end: it may still be writing for a moment.
  process.once('exit', removeFolder)
  return server
}

const stopShared = async (): Promise<void> => {
  const server = await shared?.catch(() => undefined)
  await server?.stop()
  removeFolder()
}

const removeFolder = (): void => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}

// Loaded by a test file, this is a hook of the root suite. Elsewhere (a bench) the server ends with the process.
if (typeof after === 'function')
  after(async function () {
    // A Postgres that shuts down writes first, and may have much to write.
    this.timeout(60_000)
    await stopShared()
  })
