import assert from 'node:assert/strict'
import { databaseClock } from '../../../src/adapters/postgres/database-clock.ts'
import { postgresWorkStore } from '../../../src/adapters/postgres/work-store.ts'
import type { CausedWork, ClaimedWork, WorkStore } from '../../../src/app/operational-ports.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

const lease = 60_000

const asked = (key: string, more: Partial<CausedWork> = {}): CausedWork => ({
  ...{ kind: 'wake', key, causeId: `cause-${key}`, correlationId: 'impulse' },
  ...more,
})

describe('the rows of work', function () {
  this.timeout(30_000)
  let tables: Operational
  let store: WorkStore
  before(async () => {
    tables = await openOperational()
    store = postgresWorkStore(tables.pool, tables.clock)
  })
  after(() => tables.close())
  beforeEach(async () => {
    await tables.pool.query('delete from work')
  })

  const claim = (limit = 10, kind = 'wake') => store.claim(kind, limit, lease)
  const keys = (work: readonly ClaimedWork[]) => work.map(({ key }) => key).sort()
  const claimOne = async (): Promise<ClaimedWork> => {
    const [row, ...others] = await claim()
    assert.deepEqual(others, [])
    return row ?? assert.fail('Nothing is due.')
  }

  it('are there once per kind and key, with the latest cause', async () => {
    await store.addNow([asked('a'), asked('a', { causeId: 'later' }), asked('a', { kind: 'reconcile-host' })])
    assert.deepEqual([...(await store.dueKinds())].sort(), ['reconcile-host', 'wake'])
    const { kind, key, causeId, correlationId, attempts, version } = await claimOne()
    assert.deepEqual([kind, key, causeId, correlationId, attempts, version], ['wake', 'a', 'later', 'impulse', 1, 1])
  })

  it('are in one hand at a time, until done', async () => {
    await store.addNow(['a', 'b', 'c'].map((key) => asked(key)))
    const mine = await claim(2)
    const yours = await claim(2)
    assert.deepEqual(keys([...mine, ...yours]), ['a', 'b', 'c'])
    assert.deepEqual(await store.dueKinds(), [])
    await store.done([...mine, ...yours])
    assert.deepEqual(await store.counts(), [])
    await store.done(mine)
    await store.done([])
  })

  it('are shared out without a row twice when many claim at once', async () => {
    await store.addNow(Array.from({ length: 60 }, (_, index) => asked(`host-${String(index)}`)))
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(10)))
    const all = claims.flatMap(keys)
    assert.equal(new Set(all).size, all.length)
    const rest = await claim(60)
    assert.equal(all.length + rest.length, 60)
  })

  it('come to another worker when the lease ends without a word, and not before', async () => {
    await store.addNow([asked('a')])
    await claimOne()
    tables.advance(lease)
    assert.deepEqual(await claim(), [])
    tables.advance(1)
    assert.equal((await claimOne()).attempts, 2)
  })

  it('stay in the hand that asks for more time', async () => {
    await store.addNow([asked('a')])
    const row = await claimOne()
    tables.advance(lease - 1)
    await store.extend([row], lease)
    tables.advance(lease)
    assert.deepEqual(await claim(), [])
    tables.advance(1)
    await claimOne()
  })

  it('are done once more when they were asked for again while in hand', async () => {
    await store.addNow([asked('a'), asked('b')])
    const rows = await claim()
    await store.addNow([asked('a', { causeId: 'again' })])
    assert.deepEqual(await claim(), [])
    await store.done(rows)
    const { key, causeId, version, attempts } = await claimOne()
    assert.deepEqual([key, causeId, version, attempts], ['a', 'again', 2, 1])
  })

  it('are due at once when they failed but were asked for again meanwhile', async () => {
    await store.addNow([asked('a')])
    const row = await claimOne()
    await store.addNow([asked('a')])
    await store.failed(row, 'No.', null)
    assert.deepEqual(await store.parked(), [])
    const { version, attempts } = await claimOne()
    assert.deepEqual([version, attempts], [2, 1])
  })

  it('wait until their time', async () => {
    await store.addNow([asked('a', { dueAt: '2999-01-01T00:00:00.000Z' })])
    assert.deepEqual(await claim(), [])
    await store.addNow([asked('a', { dueAt: tables.clock().toISOString() }), asked('b')])
    assert.deepEqual(keys(await claim()), ['a', 'b'])
    await store.addNow([asked('c')])
    await store.addNow([asked('c', { dueAt: '2999-01-01T00:00:00.000Z' })])
    assert.deepEqual(keys(await claim()), ['c'])
  })

  it('come again when they failed, at the time that is named, with their attempts as told', async () => {
    await store.addNow([asked('a')])
    await store.failed(await claimOne(), 'No.', new Date(tables.clock().getTime() + 5000).toISOString())
    tables.advance(4999)
    assert.deepEqual(await claim(), [])
    tables.advance(1)
    const row = await claimOne()
    assert.equal(row.attempts, 2)
    await store.failed({ ...row, attempts: 0 }, 'Not now.', tables.clock().toISOString())
    assert.equal((await claimOne()).attempts, 1)
  })

  it('are parked with the reason, and due again when somebody asks', async () => {
    await store.addNow([asked('a'), asked('b', { kind: 'reconcile-host' })])
    await store.failed(await claimOne(), 'x'.repeat(5000), null)
    const since = tables.clock().toISOString()
    assert.deepEqual(await store.parked(), [{ kind: 'wake', key: 'a', attempts: 1, error: 'x'.repeat(1000), since }])
    assert.deepEqual(
      [...(await store.counts())].sort((one, other) => (one.kind < other.kind ? -1 : 1)),
      [
        { kind: 'reconcile-host', due: 1, parked: 0 },
        { kind: 'wake', due: 0, parked: 1 },
      ],
    )
    tables.advance(3_600_000)
    assert.deepEqual(await claim(), [])
    assert.equal(await store.unpark('reconcile-host'), 0)
    assert.equal(await store.unpark('wake'), 1)
    assert.equal((await claimOne()).attempts, 1)
    assert.deepEqual(await store.parked(), [])
  })

  it('that are parked are due again when an event asks for them', async () => {
    await store.addNow([asked('a')])
    await store.failed(await claimOne(), 'No.', null)
    await store.addNow([asked('a')])
    assert.equal((await claimOne()).attempts, 1)
  })

  it('are written in the transaction of who asks', async () => {
    const client = await tables.pool.connect()
    try {
      await client.query('begin')
      await store.add(async (text, values) => (await client.query(text, [...(values ?? [])])).rows, [asked('a')])
      assert.deepEqual(await claim(), [])
      await client.query('rollback')
    } finally {
      client.release()
    }
    assert.deepEqual(await store.counts(), [])
  })

  it("are asked for by many at once, in any order, without standing in each other's way", async () => {
    const all = Array.from({ length: 200 }, (_, index) => asked(`host-${String(index)}`))
    await Promise.all(Array.from({ length: 6 }, (_, turn) => store.addNow(turn % 2 === 0 ? all : all.toReversed())))
    assert.deepEqual(await store.counts(), [{ kind: 'wake', due: 200, parked: 0 }])
  })
})

describe('the rows of work, whatever the clocks of workers say', function () {
  this.timeout(30_000)
  let tables: Operational
  before(async () => {
    tables = await openOperational()
  })
  after(() => tables.close())

  const hour = 3_600_000
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()

  it('are leased and due by the clock of the database', async () => {
    const store = postgresWorkStore(tables.pool)
    await store.addNow([asked('now'), asked('past', { dueAt: at(-hour) }), asked('future', { dueAt: at(hour) })])
    const mine = await store.claim('wake', 10, lease)
    assert.deepEqual(mine.map(({ key }) => key).sort(), ['now', 'past'])
    const { rows } = await tables.pool.query<{ left: number }>(
      'select extract(epoch from leased_until - now())::float8 * 1000 as left from work where leased_until is not null',
    )
    for (const { left } of rows) assert.ok(left > 0 && left <= lease, String(left))
    assert.deepEqual(await store.claim('wake', 10, lease), [])
    await tables.pool.query("update work set leased_until = now() - interval '1 ms' where leased_until is not null")
    assert.equal((await store.claim('wake', 10, lease)).length, 2)
  })

  for (const [what, skew] of [
    ['an hour ahead', hour],
    ['an hour behind', -hour],
  ] as const)
    it(`are taken by one worker at a time when the clock of one is ${what}, and that one sees the time of all`, async () => {
      await tables.pool.query('delete from work')
      const own = () => Date.now() + skew
      const { clock, close } = await databaseClock({ pool: tables.pool, logger: tables.logger, own })
      try {
        const [skewed, right] = [postgresWorkStore(tables.pool), postgresWorkStore(tables.pool)]
        await skewed.addNow([asked('a'), asked('b', { dueAt: new Date(clock().getTime() + hour / 2).toISOString() })])
        const [row, ...others] = await skewed.claim('wake', 10, lease)
        assert.deepEqual([row?.key, others], ['a', []])
        assert.deepEqual(await right.claim('wake', 10, lease), [])
        const { rows } = await tables.pool.query<{ now: number }>(
          'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
        )
        assert.ok(Math.abs(clock().getTime() - (rows[0]?.now ?? 0)) < hour / 2)
        assert.ok(tables.warnings.some((line) => line.includes("not the database's")))
      } finally {
        await close()
      }
    })

  it('are judged on by the difference that was known while the database is away', async () => {
    let away = false
    const pool = {
      query: (text: string) => (away ? Promise.reject(new Error('away')) : tables.pool.query(text)),
    } as unknown as typeof tables.pool
    let own = Date.now() - hour
    const { clock, close } = await databaseClock({ pool, logger: tables.logger, own: () => own })
    const before = clock().getTime()
    away = true
    own += 1000
    assert.equal(clock().getTime(), before + 1000)
    await close()
  })
})
