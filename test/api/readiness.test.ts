import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import pg from 'pg'
import { freeBytesOf } from '../../src/adapters/files/free-bytes.ts'
import { createOperationalTables } from '../../src/adapters/postgres/operational-tables.ts'
import { writeRefusal } from '../../src/adapters/postgres/write-probe.ts'
import { readinessChecks } from '../../src/api/readiness.ts'
import { freshDatabase } from '../support/postgres.ts'

describe('A process that has no room to write', function () {
  this.timeout(60_000)
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let pool: pg.Pool

  before(async () => {
    database = await freshDatabase()
    pool = new pg.Pool({ connectionString: database.url, max: 1 })
    await createOperationalTables(pool)
  })
  after(async () => {
    await pool?.end()
    await database?.drop()
  })

  const found = async (name: 'writes' | 'room', leastFreeMb = 0) => {
    const app = { log: {}, read: {}, queue: {} } as never
    const room = { freeBytes: () => freeBytesOf(tmpdir()), writeRefused: () => writeRefusal(pool) }
    const progress = { projectionStates: () => Promise.resolve([]) }
    const check = readinessChecks(app, progress, { room, leastFreeMb }).find((one) => one.name === name)
    assert.ok(check !== undefined)
    return { vital: check.vital ?? true, ...(await check.check()) }
  }

  /** Makes Postgres answer a write as it does in that need. */
  const refusing = async (state: string): Promise<void> => {
    await pool.query(`
      create or replace function refuse() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file' using errcode = '${state}'; end $$;
      drop trigger if exists refuse on write_probe;
      create trigger refuse before insert or update on write_probe execute function refuse()`)
  }

  it('is ready while the database takes writes', async () => {
    assert.deepEqual(await found('writes'), { vital: true, ok: true })
    assert.deepEqual(await found('writes'), { vital: true, ok: true })
  })

  it('is not ready when the disk of the database is full [case M10]', async () => {
    await refusing('53100')
    assert.deepEqual(await found('writes'), { vital: true, ok: false, detail: 'the disk of the database is full' })
    await refusing('58030')
    assert.deepEqual(await found('writes'), { vital: true, ok: false, detail: 'the database cannot write to its disk' })
    await pool.query('drop trigger refuse on write_probe')
    assert.deepEqual(await found('writes'), { vital: true, ok: true })
  })

  it('is not ready when the database only takes reads [case M10]', async () => {
    await pool.query('set default_transaction_read_only = on')
    assert.match((await found('writes')).detail ?? '', /only takes reads/)
    await pool.query('set default_transaction_read_only = off')
    assert.deepEqual(await found('writes'), { vital: true, ok: true })
  })

  it('says so while there is a little room, and stays ready [case M10]', async () => {
    assert.deepEqual(await found('room', 1), { vital: false, ok: true })
    const scarce = await found('room', 900_000_000)
    assert.deepEqual([scarce.vital, scarce.ok], [false, false])
    assert.match(scarce.detail ?? '', /^\d+ MB are free where the data folder lies; 900000000 MB are the least/)
    assert.equal(await freeBytesOf('/there/is/no/such/folder'), null)
  })
})
