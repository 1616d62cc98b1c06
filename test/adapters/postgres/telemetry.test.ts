import assert from 'node:assert/strict'
import { postgresTelemetry } from '../../../src/adapters/postgres/telemetry.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

const pushTo = (hostId: string, problem: string | null = null, channel = 'device') => ({ hostId, channel, problem })

describe('what is seen of hosts', function () {
  this.timeout(30_000)
  let tables: Operational
  beforeEach(async () => {
    tables = await openOperational()
  })
  afterEach(() => tables.close())

  const telemetry = () => postgresTelemetry(tables.pool, tables.clock, tables.logger)
  const seen = async () => (await tables.pool.query<object>('select * from host_seen order by host_id')).rows
  const pushes = async () =>
    (
      await tables.pool.query<object>(
        'select host_id, channel, pushed_at, unanswered, problem from channel_pushes order by host_id, channel',
      )
    ).rows

  it('is gathered, and written at the latest when it closes: the last time of each', async () => {
    const watching = telemetry()
    watching.seen('2', 'device')
    watching.seen('1', 'device')
    tables.advance(1000)
    watching.seen('1', 'device')
    await watching.close()
    assert.deepEqual(await seen(), [
      { host_id: '1', seen_at: '2026-03-01T12:00:01.000Z' },
      { host_id: '2', seen_at: '2026-03-01T12:00:00.000Z' },
    ])
  })

  it('never goes back in time, whichever process writes last', async () => {
    const [late, early] = [telemetry(), telemetry()]
    early.seen('1', 'device')
    tables.advance(1000)
    late.seen('1', 'device')
    await late.close()
    await early.close()
    assert.deepEqual(await seen(), [{ host_id: '1', seen_at: '2026-03-01T12:00:01.000Z' }])
  })

  it('counts the pushes that brought no call, and begins anew when the host calls', async () => {
    const watching = telemetry()
    await watching.pushed([pushTo('2'), pushTo('1'), pushTo('1')])
    tables.advance(1000)
    await watching.pushed([pushTo('1')])
    await watching.pushed([])
    assert.deepEqual(await pushes(), [
      { host_id: '1', channel: 'device', pushed_at: '2026-03-01T12:00:01.000Z', unanswered: 2, problem: null },
      { host_id: '2', channel: 'device', pushed_at: '2026-03-01T12:00:00.000Z', unanswered: 1, problem: null },
    ])
    tables.advance(1000)
    watching.seen('1', 'device')
    await watching.close()
    assert.deepEqual(
      (await pushes()).map((row) => 'unanswered' in row && row.unanswered),
      [0, 1],
    )
  })

  it('remembers what was wrong with a token until a push goes through, since when it was', async () => {
    const watching = telemetry()
    const problems = async () =>
      (await tables.pool.query<object>('select channel, problem, problem_since from channel_pushes order by channel')).rows
    await watching.pushed([pushTo('1', 'BadDeviceToken'), pushTo('1', null, 'user')])
    tables.advance(1000)
    await watching.pushed([pushTo('1', 'BadDeviceToken')])
    assert.deepEqual(await problems(), [
      { channel: 'device', problem: 'BadDeviceToken', problem_since: '2026-03-01T12:00:00.000Z' },
      { channel: 'user', problem: null, problem_since: null },
    ])
    await watching.pushed([pushTo('1')])
    assert.deepEqual((await problems())[0], { channel: 'device', problem: null, problem_since: null })
    await watching.close()
  })

  it('is known at once to the process that saw it', async () => {
    const watching = telemetry()
    assert.equal(watching.seenAt('1', 'device'), null)
    watching.seen('1', 'device')
    assert.equal(watching.seenAt('1', 'device')?.toISOString(), '2026-03-01T12:00:00.000Z')
    assert.equal(watching.seenAt('1', 'user'), null)
    await watching.close()
  })

  it('is lost with a warning, and harms nobody, when the database is away', async () => {
    const watching = telemetry()
    watching.seen('1', 'device')
    await tables.pool.query('drop table host_seen')
    await watching.close()
    assert.deepEqual(tables.warnings, ['last-seen times were not written'])
  })
})
