import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import pg from 'pg'
import { postgresEventLog } from '../../../src/adapters/postgres/event-log.ts'
import type { EventLog } from '../../../src/app/ports.ts'
import { LogUnavailable } from '../../../src/app/ports.ts'
import type { Recorded } from '../../../src/kernel/event.ts'
import { aStream, assertInOrder, collect, fact, facts, of, texts } from '../../contracts/event-log-samples.ts'
import { eventLogContract } from '../../contracts/event-log.contract.ts'
import type { FreshDatabase } from '../../support/postgres.ts'
import { freshDatabase } from '../../support/postgres.ts'
import { appendAtEnd } from '../../support/append-at-end.ts'

eventLogContract('Postgres', async () => {
  const { url, drop } = await freshDatabase()
  const log = await postgresEventLog({ url })
  const close = async () => {
    await log.close()
    await drop()
  }
  return { log, close }
})

describe('The Postgres event log', function () {
  this.timeout(30_000)
  let database: FreshDatabase
  let logs: readonly EventLog[]
  let log: EventLog
  let admin: pg.Client

  before(async () => {
    database = await freshDatabase()
    admin = new pg.Client({ connectionString: withDatabase(database.url, 'postgres') })
    await admin.connect()
    // All at once: processes that start together make the schema together.
    logs = await Promise.all(Array.from({ length: 3 }, () => postgresEventLog({ url: database.url })))
    const [first] = logs
    assert.ok(first !== undefined)
    log = first
  })
  after(async () => {
    await Promise.all(logs.map((each) => each.close()))
    await database.drop()
    await admin.end()
  })

  it('has no head while it is empty', async () => {
    assert.equal(await log.head(), null)
    assert.deepEqual(await log.readAll({ after: null, limit: 10 }), [])
  })

  it('keeps one order for the writers of several processes', async () => {
    const start = await log.head()
    const streams = logs.flatMap(() => Array.from({ length: 6 }, aStream))
    const seen = logs.map((each) => collect(each, { after: start, streams, count: streams.length * 5, maxBatch: 10 }))
    const write = async (each: EventLog, stream: string) => {
      for (const event of facts(stream, 5)) await appendAtEnd(each, stream, [event])
    }
    await Promise.all(streams.map((stream, index) => write(logs[index % logs.length] ?? log, stream)))
    const [first, ...others] = await Promise.all(seen)
    assert.ok(first !== undefined)
    assertInOrder(first, start)
    assert.equal(new Set(texts(first)).size, streams.length * 5)
    for (const other of others) assert.deepEqual(other, first)
  })

  it('judges every append of a batch by itself: new, repeated, in conflict, at a revision', async () => {
    const [fresh, repeated, conflicting, loose] = [aStream(), aStream(), aStream(), aStream()]
    const events = facts('old', 3)
    const original = await log.append(repeated, events, 'no_stream')
    await log.append(repeated, [fact('later')], 2)
    for (const stream of [conflicting, loose]) await log.append(stream, [fact('old')], 'no_stream')
    const answers = await Promise.allSettled([
      log.append(fresh, facts('new', 2), 'no_stream'),
      log.append(repeated, events, 'no_stream'),
      log.append(conflicting, [fact('new')], 4),
      log.append(loose, [fact('new')], 0),
    ])
    const [first, second, third, fourth] = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : null))
    assert.equal(first?.revision, 1)
    assert.deepEqual(second, original)
    assert.equal(third, null)
    assert.equal(fourth?.revision, 1)
    assert.equal((await log.readStream(fresh)).at(-1)?.position, first?.position)
    assert.equal((await log.readStream(loose)).at(-1)?.position, fourth?.position)
    assert.equal(await log.head(), fourth?.position)
  })

  it('writes nothing twice for a writer who has read on before repeating', async () => {
    const stream = aStream()
    const events = facts('a', 2)
    const first = await log.append(stream, events, 'no_stream')
    assert.deepEqual(await log.append(stream, events, 1), first)
    const [again] = await Promise.all([log.append(stream, events, 1), log.append(aStream(), [fact('other')], 'no_stream')])
    assert.deepEqual(again, first)
    assert.equal((await log.readStream(stream)).length, 2)
  })

  it('lets an append that Postgres refuses fail alone', async () => {
    const streams = Array.from({ length: 4 }, aStream)
    const refused = assert.rejects(
      log.append(aStream(), [{ ...fact('bad'), type: 'With\u0000Nul' }], 'no_stream'),
      (error) => error instanceof pg.DatabaseError && error.code === '22021',
    )
    const answers = await Promise.all(streams.map((stream) => log.append(stream, [fact('good')], 'no_stream')))
    await refused
    assert.deepEqual(
      answers.map(({ revision }) => revision),
      [0, 0, 0, 0],
    )
  })

  it('refuses a position that is not its own', async () => {
    await assert.rejects(log.readAll({ after: 'C:1/P:1', limit: 1 }), /not a position/)
  })

  it('says that it is unavailable when its connection is lost under an append, which can then be repeated', async () => {
    const stream = aStream()
    const events = facts('a', 2)
    const blocker = new pg.Client({ connectionString: database.url })
    await blocker.connect()
    await blocker.query('begin; lock table event_log.events in exclusive mode')
    const append = assert.rejects(log.append(stream, events, 'no_stream'), LogUnavailable)
    while ((await terminate(admin, database, `wait_event_type = 'Lock'`)) === 0);
    await append
    await blocker.query('rollback')
    await blocker.end()
    assert.equal((await log.append(stream, events, 'no_stream')).revision, 1)
    assert.equal((await log.append(stream, events, 'no_stream')).revision, 1)
  })

  it('goes on telling subscribers after the server was away, leaving nothing out', async () => {
    const stream = aStream()
    const { position } = await log.append(stream, [fact('before')], 'no_stream')
    const stop = new AbortController()
    const told: Recorded[] = []
    for await (const batch of log.subscribe({ after: null, signal: stop.signal })) {
      told.push(...of([stream], batch))
      if (told.length === 1 && batch.at(-1)?.position === position) {
        await admin.query(`alter database ${nameOf(database)} allow_connections false`)
        await terminate(admin, database, 'true')
        await assert.rejects(log.append(stream, [fact('lost')], 0), LogUnavailable)
        await assert.rejects(log.head(), LogUnavailable)
        await admin.query(`alter database ${nameOf(database)} allow_connections true`)
        await log.append(stream, [fact('after')], 0)
      }
      if (told.length === 2) stop.abort()
    }
    assert.deepEqual(texts(told), ['before', 'after'])
  })

  it('goes on trying while a subscription cannot read', async () => {
    const stream = aStream()
    await log.append(stream, [fact('one')], 'no_stream')
    const warnings = new EventEmitter()
    const warned = once(warnings, 'A subscription could not read; it goes on trying.')
    const warn = (_: object, message: string) => void warnings.emit(message)
    const own = await postgresEventLog({ url: database.url, log: { info: () => undefined, error: () => undefined, warn } })
    await admin.query(`alter database ${nameOf(database)} allow_connections false`)
    await terminate(admin, database, 'true')
    const told = collect(own, { after: null, streams: [stream], count: 1 })
    await warned
    await admin.query(`alter database ${nameOf(database)} allow_connections true`)
    assert.deepEqual(texts(await told), ['one'])
    await own.close()
  })

  it('cannot be opened where there is no server', async () => {
    const nowhere = new URL(database.url)
    nowhere.port = '1'
    await assert.rejects(postgresEventLog({ url: nowhere.href }), LogUnavailable)
  })

  it('finishes what it was given before it closes, ends subscriptions, and is unavailable afterwards', async () => {
    const own = await postgresEventLog({ url: database.url })
    const stream = aStream()
    const next = own
      .subscribe({ after: await own.head(), signal: new AbortController().signal })
      [Symbol.asyncIterator]()
      .next()
    const appends = facts('a', 3).map((event, index) => own.append(stream, [event], index === 0 ? 'no_stream' : index - 1))
    await own.close()
    assert.deepEqual(
      (await Promise.all(appends)).map(({ revision }) => revision),
      [0, 1, 2],
    )
    const last = await next
    assert.ok(last.done === true || last.value.length > 0)
    await assert.rejects(own.append(stream, [fact('late')], 2), LogUnavailable)
    await assert.rejects(own.readStream(stream), LogUnavailable)
    await own.close()
  })
})

const withDatabase = (url: string, name: string): string => {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

const nameOf = ({ url }: FreshDatabase): string => pg.escapeIdentifier(new URL(url).pathname.slice(1))

/** Cuts the database's sessions for which `condition` holds; answers how many these were. */
const terminate = async (admin: pg.Client, { url }: FreshDatabase, condition: string): Promise<number> => {
  const text = `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid() and ${condition}`
  return (await admin.query(text, [new URL(url).pathname.slice(1)])).rows.length
}
