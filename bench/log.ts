import { randomUUID } from 'node:crypto'
import { jsonEvent } from '@eventstore/db-client'
import pg from 'pg'
import { connect } from '../src/adapters/eventstore/client.ts'
import { parseConnectionString } from '../src/adapters/eventstore/connection-string.ts'
import { eventStoreLog } from '../src/adapters/eventstore/event-log.ts'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import type { EventLog, NewEvent } from '../src/app/ports.ts'
import { eventStoreServer } from '../test/support/eventstore-server/server.ts'
import { benchDatabase } from './support/database.ts'
import type { Benchmark } from './support/report.ts'
import { perSecond, result } from './support/report.ts'

const inFlight = 64
const ms = 4000

const event = (): NewEvent => ({
  type: 'CommandAnswered',
  data: { commandId: randomUUID(), outcome: 'acknowledged', errors: [], result: null, late: false, note: 'x'.repeat(120) },
  eventId: randomUUID(),
  metadata: {
    $correlationId: 'b',
    $causationId: 'b',
    actor: { kind: 'device', id: 'b' },
    at: new Date().toISOString(),
    hostIds: ['1'],
  },
})

const appends = (log: EventLog, lanes: number): Promise<number> =>
  perSecond(lanes, ms, () => log.append(`bench-${randomUUID()}`, [event()], 'no_stream'))

const reads = async (log: EventLog): Promise<number> => {
  const begun = performance.now()
  let events = 0
  for (let after = null as string | null; ;) {
    const page = await log.readAll({ after, limit: 1000 })
    if (page.length === 0) return (events * 1000) / (performance.now() - begun)
    events += page.length
    after = page.at(-1)?.position ?? null
  }
}

export const log: Benchmark = {
  about: 'appends per second, 64 in flight (Postgres); limit: a loop of single inserts; reads and EventStoreDB in the detail',
  run: async () => {
    const database = await benchDatabase()
    const postgres = await postgresEventLog({ url: database.url })
    const pool = new pg.Pool({ connectionString: database.url, max: 16 })
    const server = await eventStoreServer()
    const store = await eventStoreLog({ url: server.url })
    const client = await connect(parseConnectionString(server.url))
    try {
      await pool.query('create table raw (position bigserial primary key, stream text, id uuid, data jsonb, metadata jsonb)')
      const insert = 'insert into raw (stream, id, data, metadata) values ($1, $2, $3, $4)'
      const limit = await perSecond(inFlight, ms, () => {
        const { eventId, data, metadata } = event()
        return pool.query({ name: 'raw', text: insert, values: [`bench-${randomUUID()}`, eventId, data, metadata] })
      })
      const figure = await appends(postgres, inFlight)
      const one = await appends(postgres, 1)
      const read = await reads(postgres)
      const storeAppends = await appends(store, inFlight)
      const storeLimit = await perSecond(inFlight, ms, () => {
        const { type, data } = event()
        return client.appendToStream(`raw-${randomUUID()}`, jsonEvent({ type, data: { ...data } }), {
          expectedRevision: 'no_stream',
        })
      })
      const detail = {
        postgresOneInFlight: one,
        postgresReads: read,
        eventStoreAppends: storeAppends,
        eventStoreRawClient: storeLimit,
        eventStoreReads: await reads(store),
      }
      return result('log', figure, 'appends/s', limit, detail)
    } finally {
      void client.dispose()
      await store.close()
      server.stop()
      await pool.end()
      await postgres.close()
      await database.stop()
    }
  },
}
