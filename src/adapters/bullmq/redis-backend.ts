import { once } from 'node:events'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Backend, BackendSettings, JobData } from './backend.ts'
import { parseUrl, queueName } from './backend.ts'
import type { Complain } from './limited-log.ts'
import { within } from './within.ts'

/**
 * BullMQ on Redis. The server may be down now or later: the connections come back by themselves. Producers fail at once while it is down;
 * workers wait for it. Throws when the URL is none of Redis.
 */
export const redisBackend = async ({ url, complain }: BackendSettings): Promise<Backend> => {
  parseUrl(url, ['redis:', 'rediss:'])
  const producer = connect(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 }, complain)
  producer.on('ready', () => void warnOfEviction(producer, complain))
  // So that the first hints get through. An error is no reason to wait longer, nor to give up.
  await within(firstConnectionMs, 'Connecting to Redis', once(producer, 'ready')).catch((error: unknown) => {
    complain('connection', error)
  })
  const queue = new Queue<JobData>(queueName, { connection: producer, prefix, skipVersionCheck: true })
  queue.on('error', (error) => {
    complain('producer', error)
  })
  const consumers: Redis[] = []

  return {
    queue,
    reachable: () => producer.status === 'ready',
    ping: async () => {
      await producer.ping()
    },
    onReached: (callback) => {
      producer.on('ready', callback)
    },
    consume: (process, settings) => {
      const connection = connect(url, { maxRetriesPerRequest: null }, complain)
      consumers.push(connection)
      // BullMQ copies the connection for its blocking reads, and cannot let go of the copy while Redis is down.
      const duplicate = connection.duplicate.bind(connection)
      connection.duplicate = (options) => {
        const copy = withErrorsTold(duplicate(options), complain)
        consumers.push(copy)
        return copy
      }
      const worker = new Worker<JobData>(queueName, process, { ...settings, connection, prefix })
      worker.on('error', (error) => {
        complain('worker', error)
      })
      return Promise.resolve(worker)
    },
    close: async () => {
      await queue.close().catch((error: unknown) => {
        complain('close', error)
      })
      for (const connection of [producer, ...consumers]) end(connection)
    },
  }
}

const prefix = 'muster'
const firstConnectionMs = 3000

type Patience = Readonly<{ enableOfflineQueue?: boolean; maxRetriesPerRequest: number | null }>

const connect = (url: string, options: Patience, complain: Complain): Redis =>
  withErrorsTold(
    new Redis(url, { ...options, connectTimeout: 5000, retryStrategy: (times) => Math.min(times * 100, 1000) }),
    complain,
  )

const withErrorsTold = (connection: Redis, complain: Complain): Redis =>
  connection.on('error', (error) => {
    complain('connection', error)
  })

// Between two attempts to connect, ioredis lets go without telling, and BullMQ waits to be told.
const end = (connection: Redis): void => {
  connection.disconnect()
  if (connection.status === 'reconnecting') connection.emit('end')
}

// A Redis that evicts keys loses jobs, and what it loses it does not tell.
const warnOfEviction = async (connection: Redis, complain: Complain): Promise<void> => {
  try {
    const policy = /maxmemory_policy:(\S+)/.exec(await connection.info('memory'))?.[1]
    if (policy !== undefined && policy !== 'noeviction') {
      complain('eviction', new Error(`Redis has maxmemory-policy ${policy}; it must be noeviction.`))
    }
  } catch (error) {
    complain('connection', error)
  }
}
