import assert from 'node:assert/strict'
import pg from 'pg'
import { eventStoreLog } from '../../src/adapters/eventstore/event-log.ts'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import { postgresAuditChain } from '../../src/adapters/postgres/audit-chain.ts'
import { postgresEventLog } from '../../src/adapters/postgres/event-log.ts'
import type { EventLog, NewEvent } from '../../src/app/ports.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { chainedOf, firstLink, leafOf, linkAfter } from '../../src/protocols/audit/chain.ts'
import { checkpointType } from '../../src/protocols/audit/signing.ts'
import { runAuditChain } from '../../src/workers/audit-chain.ts'
import { openOperational } from '../adapters/postgres/operational.ts'
import { eventStoreServer } from '../support/eventstore-server/server.ts'
import { freshDatabase } from '../support/postgres.ts'
import { eventually } from '../support/eventually.ts'
import { metadata } from '../contracts/event-log-samples.ts'

type Opened = Readonly<{ log: EventLog; databaseUrl: string | null; close: () => Promise<void> }>

const engines: Readonly<Record<string, () => Promise<Opened>>> = {
  memory: async () => {
    const log = memoryEventLog()
    return { log, databaseUrl: null, close: log.close }
  },
  Postgres: async () => {
    const { url, drop } = await freshDatabase()
    const log = await postgresEventLog({ url })
    const close = async () => {
      await log.close()
      await drop()
    }
    return { log, databaseUrl: url, close }
  },
  EventStoreDB: async () => {
    const server = await eventStoreServer()
    const log = await eventStoreLog({ url: server.url })
    const close = async () => {
      await log.close()
      server.stop()
    }
    return { log, databaseUrl: null, close }
  },
}

/** The same events for every engine, with what engines and JSON may treat differently. */
const happened = (index: number): NewEvent => ({
  type: 'Happened',
  eventId: derivedId(`chain/${String(index)}`).toUpperCase(),
  metadata: { ...metadata, at: new Date(Date.UTC(2026, 2, 1, 12, 0, index)).toISOString() },
  data: { z: index, a: [1.5, null, 'Ünïcode \u2028 \u0000'], nested: { ключ: 1e21, b: undefined, 10: true, 9: false } },
})

const append = async (log: EventLog, from: number, count: number): Promise<void> => {
  for (let index = from; index < from + count; index++)
    await log.append(`chain-${String(index % 3)}`, [happened(index)], index < 3 ? 'no_stream' : Math.floor(index / 3) - 1)
}

/** One after the other, over all that is in the log. */
const slowly = async (log: EventLog): Promise<string> =>
  (await log.readAll({ after: null, limit: 100_000 })).reduce(
    (link, event) => linkAfter(link, leafOf(chainedOf(event))),
    firstLink,
  )

const links = new Map<string, string>()

for (const [engine, open] of Object.entries(engines))
  describe(`The chain over a log in ${engine}`, function () {
    this.timeout(30_000)
    let tables: Awaited<ReturnType<typeof openOperational>>
    let opened: Opened
    let running: Promise<void>
    let stop: AbortController
    let signed: number
    let logged: readonly string[]

    before(async () => {
      ;[tables, opened] = [await openOperational(), await open()]
      ;[signed, logged] = [0, []]
    })
    after(async () => {
      await opened.close()
      await tables.close()
    })
    const chain = () =>
      postgresAuditChain({ pool: tables.pool, url: String(tables.pool.options.connectionString), logger: tables.logger })
    const start = (): void => {
      stop = new AbortController()
      const error = (_: object, message: string): void => void (logged = [...logged, message])
      const logger = { ...tables.logger, error }
      const checkpointIfDue = async () => void signed++
      running = runAuditChain({ stored: opened.log, chain: chain(), checkpointIfDue, logger, signal: stop.signal })
    }
    const end = async (): Promise<void> => {
      stop.abort()
      await running
    }
    const chained = (count: number) =>
      eventually(`${String(count)} events are chained`, async () => (await chain().head())?.number === count)

    it('goes through all events in their order, before and after it began', async () => {
      await append(opened.log, 0, 20)
      start()
      await chained(20)
      await append(opened.log, 20, 5)
      await chained(25)
      const head = await chain().head()
      assert.equal(head?.link, await slowly(opened.log))
      assert.equal(head?.latest, '2026-03-01T12:00:24.000Z')
      assert.equal(head?.position, await opened.log.head())
      assert.ok(signed > 0)
      await end()
    })

    it('goes on where another left it', async () => {
      await append(opened.log, 25, 4)
      start()
      await chained(29)
      assert.equal((await chain().head())?.link, await slowly(opened.log))
    })

    it('is made again when it was emptied, and comes to the same', async () => {
      const before = await chain().head()
      await tables.pool.query('truncate audit_chain')
      await append(opened.log, 29, 1)
      await chained(30)
      await append(opened.log, 30, 1)
      await chained(31)
      assert.equal((await chain().head())?.link, await slowly(opened.log))
      assert.notEqual((await chain().head())?.link, before?.link)
      await end()
    })

    it('is the same whatever engine holds the log', async () => {
      links.set(engine, (await chain().head())?.link ?? '')
      assert.equal(new Set(links.values()).size, 1)
    })

    it('tells, when it is made again, that the log is not what was signed', async () => {
      const head = await chain().head()
      assert.ok(head !== null)
      const data = { position: head.position, count: head.number, link: head.link, at: head.latest, keyId: 'k', signature: 's' }
      const eventId = derivedId('chain/checkpoint')
      await opened.log.append('audit-main', [{ type: checkpointType, eventId, metadata, data }], 'no_stream')
      start()
      await chained(32)
      assert.deepEqual(logged, [])
      await end()
      if (opened.databaseUrl === null) return
      const admin = new pg.Client({ connectionString: opened.databaseUrl })
      await admin.connect()
      await admin.query(`update event_log.events set data = '{"z":7}' where position = 4`)
      await admin.end()
      await tables.pool.query('truncate audit_chain')
      start()
      await chained(32)
      assert.deepEqual(logged, ['The log is not what it was when this checkpoint was signed: events before it were altered.'])
      await end()
    })
  })

describe('A hash of an event', () => {
  const event = { ...happened(1), category: 'chain', id: '1', revision: 0, position: '1', at: '' } as Recorded

  it('covers all that was said, who said it and when, but for where it stands in the log', () => {
    const leaf = leafOf(chainedOf(event))
    assert.equal(leafOf(chainedOf({ ...event, position: '2' })), leaf)
    const other: readonly Partial<Recorded>[] = [
      { eventId: derivedId('other') },
      { type: 'Other' },
      { revision: 1 },
      { id: '2' },
      { data: { ...event.data, z: 2 } },
      { metadata: { ...event.metadata, actor: { kind: 'admin', id: 'eve' } } },
      { metadata: { ...event.metadata, at: '2026-03-01T12:00:02.000Z' } },
    ]
    for (const change of other) assert.notEqual(leafOf(chainedOf({ ...event, ...change })), leaf)
  })
})
