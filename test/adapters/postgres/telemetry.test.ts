import assert from 'node:assert/strict'
import { postgresTelemetry } from '../../../src/adapters/postgres/telemetry.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

describe('what is seen of hosts', function () {
  this.timeout(30_000)
  let tables: Operational
  beforeEach(async () => {
    tables = await openOperational()
  })
  afterEach(() => tables.close())

  const telemetry = () => postgresTelemetry(tables.pool, tables.clock, tables.logger)
  const seen = async () => (await tables.pool.query<object>('select * from host_seen order by host_id')).rows
  const pushes = async () => (await tables.pool.query<object>('select * from pushes order by host_id')).rows

  it('is gathered, and written at the latest when it closes: the last time of each', async () => {
    const watching = telemetry()
    watching.seen('2')
    watching.seen('1')
    tables.advance(1000)
    watching.seen('1')
    await watching.close()
    assert.deepEqual(await seen(), [
      { host_id: '1', seen_at: '2026-03-01T12:00:01.000Z' },
      { host_id: '2', seen_at: '2026-03-01T12:00:00.000Z' },
    ])
  })

  it('never goes back in time, whichever process writes last', async () => {
    const [late, early] = [telemetry(), telemetry()]
    early.seen('1')
    tables.advance(1000)
    late.seen('1')
    await late.close()
    await early.close()
    assert.deepEqual(await seen(), [{ host_id: '1', seen_at: '2026-03-01T12:00:01.000Z' }])
  })

  it('counts the pushes that brought no call, and begins anew when the host calls', async () => {
    const watching = telemetry()
    await watching.pushed(['2', '1', '1'])
    tables.advance(1000)
    await watching.pushed(['1'])
    await watching.pushed([])
    assert.deepEqual(await pushes(), [
      { host_id: '1', pushed_at: '2026-03-01T12:00:01.000Z', unanswered: 2 },
      { host_id: '2', pushed_at: '2026-03-01T12:00:00.000Z', unanswered: 1 },
    ])
    tables.advance(1000)
    watching.seen('1')
    await watching.close()
    assert.deepEqual(
      (await pushes()).map((row) => 'unanswered' in row && row.unanswered),
      [0, 1],
    )
  })

  it('is lost with a warning, and harms nobody, when the database is away', async () => {
    const watching = telemetry()
    watching.seen('1')
    await tables.pool.query('drop table host_seen')
    await watching.close()
    assert.deepEqual(tables.warnings, ['last-seen times were not written'])
  })
})
