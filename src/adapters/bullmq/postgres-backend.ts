import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq'
import pg from 'pg'
import type { Backend, BackendSettings } from './backend.ts'
import { parseUrl, queueName } from './backend.ts'

/**
 * BullMQ on Postgres, in the schema `bullmq`, which is made or brought up to date first. Throws when the URL is none of Postgres, and when
 * the database cannot be reached at the start; later it may go and come back.
 */
export const postgresBackend = async ({ url, complain }: BackendSettings): Promise<Backend> => {
  const database = withQueueOptions(url)
  await migrate(database.connectionString)
  const connection = { ...database, keepAlive: true, connectionTimeoutMillis: 3000, query_timeout: 10_000 }
  const queue = new Queue(queueName, { connection: { ...connection, max: producerPoolSize } }, createPostgresBackend)
  queue.on('error', (error) => {
    complain('producer', error)
  })
  await queue.waitUntilReady()

  return {
    queue,
    reachable: () => true,
    ping: async () => {
      await queue.getBackend().connection.pool.query('select 1')
    },
    // Postgres forgets no more than its last moments when it goes and comes back: the regular look at the schedules is enough.
    onReached: () => undefined,
    consume: async (process, settings) => {
      const worker = new Worker(
        queueName,
        process,
        { ...settings, connection: { ...connection, max: consumerPoolSize }, autorun: false },
        createPostgresBackend,
      )
      worker.on('error', (error) => {
        complain('worker', error)
      })
      try {
        // BullMQ keeps a failed first connection for ever: rather throw now.
        await worker.waitUntilReady()
      } catch (error) {
        await worker.close(true)
        throw error
      }
      worker.run().catch((error: unknown) => {
        complain('worker', error)
      })
      return worker
    },
    close: () => queue.close(),
  }
}

// Connections are held for one statement only. A worker has one more, for LISTEN.
const producerPoolSize = 2
const consumerPoolSize = 3

const migrate = async (connectionString: string): Promise<void> => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await runMigrations(client)
  } finally {
    await client.end()
  }
}

/**
 * Hints may be lost, so that commits need not wait for the disk. The URL's own options come along, in front: left in the URL, they would
 * displace those that are set here and by BullMQ.
 */
const withQueueOptions = (url: string): Readonly<{ connectionString: string; options: string }> => {
  const parsed = parseUrl(url, ['postgres:', 'postgresql:'])
  const own = parsed.searchParams.get('options')
  parsed.searchParams.delete('options')
  return { connectionString: parsed.href, options: `${own === null ? '' : `${own} `}-c synchronous_commit=off` }
}
