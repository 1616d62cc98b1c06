import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { bullmqWorkQueue } from '../../../src/adapters/bullmq/work-queue.ts'
import type { Log, WorkQueue } from '../../../src/app/ports.ts'
import { record } from '../../contracts/work-queue.contract.ts'
import type { FreshDatabase } from '../../support/postgres.ts'
import { freshDatabase } from '../../support/postgres.ts'

const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('The work queue, when Postgres is in trouble', function () {
  this.timeout(30_000)
  let database: FreshDatabase
  let admin: pg.Client
  const opened: WorkQueue[] = []
  const open = async (url = database.url): Promise<WorkQueue> => {
    const queue = await bullmqWorkQueue({ backend: { kind: 'postgres', url }, log, retryDelayMs: 5 })
    opened.push(queue)
    return queue
  }

  const hasJobs = async (): Promise<boolean> => ((await admin.query('select 1 from bullmq.job')).rowCount ?? 0) > 0

  before(async function () {
    this.timeout(60_000)
    database = await freshDatabase()
    admin = new pg.Client({ connectionString: database.url })
    await admin.connect()
  })
  afterEach(async () => {
    for (const queue of opened.splice(0)) await queue.close()
  })
  after(async () => {
    await admin.end()
    await database.drop()
  })

  it('goes on when all its connections were cut', async () => {
    const queue = await open()
    const heard = record()
    await queue.listen(['push'], (name) => Promise.resolve(heard.add(name)))
    await queue.hint('push')
    await heard.atLeast(1)
    while (await hasJobs()) await sleep(20)
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    while (!(await queue.hint('push'))) await sleep(20)
    await heard.atLeast(2)
    assert.equal(await queue.healthy(), true)
  })

  it('does not wait for the disk, and keeps the options of the URL', async () => {
    const url = new URL(database.url)
    url.searchParams.set('options', '-c statement_timeout=12345')
    const queue = await open(url.href)
    await admin.query(`create table if not exists seen (setting text)`)
    await admin.query(`create or replace function see() returns trigger language plpgsql as $$ begin
      insert into public.seen values (current_setting('synchronous_commit') || ' ' || current_setting('statement_timeout'));
      return new; end $$`)
    await admin.query('create trigger see after insert on bullmq.job for each row execute function public.see()')
    assert.equal(await queue.hint('seen'), true)
    const { rows } = await admin.query<{ setting: string }>('select distinct setting from seen')
    await admin.query('drop trigger see on bullmq.job')
    assert.deepEqual(rows, [{ setting: 'off 12345ms' }])
  })

  it('opens no more than a handful of connections', async () => {
    const queue = await open()
    const heard = record()
    await queue.listen(['a', 'b', 'c'], (name) => Promise.resolve(heard.add(name)))
    await Promise.all(Array.from({ length: 50 }, (_, index) => queue.hint(['a', 'b', 'c'][index % 3] ?? 'a')))
    await heard.atLeast(3)
    const { rows } = await admin.query<{ count: string }>(
      'select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    assert.ok(Number(rows[0]?.count) <= 6, `It holds ${rows[0]?.count ?? '?'} connections.`)
  })

  it('refuses to start when the database is not there', async () => {
    const url = new URL(database.url)
    url.pathname = '/none'
    await assert.rejects(open(url.href), /does not exist/)
    await assert.rejects(open('redis://127.0.0.1'), /must be one of postgres:/)
  })
})
