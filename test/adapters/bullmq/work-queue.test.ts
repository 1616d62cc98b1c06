import pg from 'pg'
import type { BullmqWorkQueueSettings } from '../../../src/adapters/bullmq/work-queue.ts'
import { bullmqWorkQueue } from '../../../src/adapters/bullmq/work-queue.ts'
import type { Log, WorkQueue } from '../../../src/app/ports.ts'
import type { WorkQueueOptions } from '../../contracts/work-queue.contract.ts'
import { workQueueContract } from '../../contracts/work-queue.contract.ts'
import { freshDatabase } from '../../support/postgres.ts'
import { redisOrSkip } from '../../support/redis.ts'

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

const opening =
  (backend: BullmqWorkQueueSettings['backend']) =>
  (options: WorkQueueOptions = {}): Promise<WorkQueue> =>
    bullmqWorkQueue({ backend, log: silent, retryDelayMs: 5, ...options })

workQueueContract('The work queue on Redis', async (context) => {
  const redis = await redisOrSkip(context)
  return { open: opening({ kind: 'redis', url: redis.url }), empty: redis.flushall, discard: redis.discard }
})

workQueueContract('The work queue on Postgres', async () => {
  const database = await freshDatabase()
  const empty = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query('drop schema bullmq cascade')
    await client.end()
  }
  return { open: opening({ kind: 'postgres', url: database.url }), empty, discard: database.drop }
})
