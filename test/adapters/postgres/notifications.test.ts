import assert from 'node:assert/strict'
import pg from 'pg'
import type { Notifications } from '../../../src/adapters/postgres/notifications.ts'
import { notifications } from '../../../src/adapters/postgres/notifications.ts'
import type { FreshDatabase } from '../../support/postgres.ts'
import { freshDatabase } from '../../support/postgres.ts'

// No wait below may last as long as this; a test that needed it fails by mocha's timeout.
const never = 600_000

describe('Notifications of Postgres', function () {
  this.timeout(30_000)
  let database: FreshDatabase
  let admin: pg.Client
  let heard: Notifications
  const { signal } = new AbortController()

  before(async () => {
    database = await freshDatabase()
    admin = new pg.Client({ connectionString: database.url })
    await admin.connect()
    heard = notifications({ connectionString: database.url, application_name: 'listener' }, 'news')
    // The new connection itself counts: once this resolves, it listens.
    await heard.since(0, never, signal)
  })
  after(async () => {
    await heard.close()
    await admin.end()
    await database.drop()
  })

  it('wake those who wait', async () => {
    const seen = heard.count()
    const woken = [heard.since(seen, never, signal), heard.since(seen, never, signal)]
    await admin.query(`notify news`)
    await Promise.all(woken)
    assert.ok(heard.count() > seen)
  })

  it('do not get lost between looking and waiting', async () => {
    const seen = heard.count()
    const woken = heard.since(seen, never, signal)
    await admin.query(`notify news`)
    await woken
    await heard.since(seen, never, signal)
  })

  it('let those who wait go on when the time is up or the signal aborts', async () => {
    await heard.since(heard.count(), 1, signal)
    await heard.since(heard.count(), never, AbortSignal.abort())
    const stop = new AbortController()
    const woken = heard.since(heard.count(), never, stop.signal)
    stop.abort()
    await woken
  })

  it('come again when the connection was lost, and the new connection wakes everyone', async () => {
    const woken = heard.since(heard.count(), never, signal)
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'listener'`)
    await woken
    const again = heard.since(heard.count(), never, signal)
    await admin.query(`notify news`)
    await again
  })

  it('end with their connection, and let everyone go', async () => {
    const short = notifications({ connectionString: database.url, application_name: 'short' }, 'news')
    await short.since(0, never, signal)
    const woken = short.since(short.count(), never, signal)
    await short.close()
    await woken
    await short.since(short.count(), never, signal)
  })

  it('can be closed before they were ever used', async () => {
    await notifications({ connectionString: database.url }, 'news').close()
  })
})
