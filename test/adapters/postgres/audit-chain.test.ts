import assert from 'node:assert/strict'
import { postgresAuditChain } from '../../../src/adapters/postgres/audit-chain.ts'
import type { ChainPlace } from '../../../src/app/operational-ports.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

const place = (number: number): ChainPlace => ({
  ...{ number, position: String(number).padStart(20, '0'), link: `link-${String(number)}` },
  latest: new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString(),
})

describe('The table of the chain', function () {
  this.timeout(30_000)
  let tables: Operational
  let chain: ReturnType<typeof postgresAuditChain>
  beforeEach(async () => {
    tables = await openOperational()
    const url = String(tables.pool.options.connectionString)
    chain = postgresAuditChain({ pool: tables.pool, url, logger: tables.logger })
  })
  afterEach(() => tables.close())

  const numbers = async () =>
    (await tables.pool.query<{ number: number }>('select number from audit_chain order by number')).rows.map(
      ({ number }) => number,
    )

  it('goes on only from where it stands', async () => {
    assert.equal(await chain.head(), null)
    assert.equal(await chain.advance(place(1), place(2)), false)
    assert.equal(await chain.advance(null, place(3)), true)
    assert.equal(await chain.advance(null, place(5)), false)
    assert.equal(await chain.advance({ ...place(3), link: 'other' }, place(5)), false)
    assert.equal(await chain.advance(place(3), place(5)), true)
    assert.deepEqual(await chain.head(), place(5))
  })

  it('keeps a place of each thousand, however small the steps', async () => {
    let before: ChainPlace | null = null
    for (let number = 100; number <= 5000; number += 100) {
      assert.equal(await chain.advance(before, place(number)), true)
      before = place(number)
    }
    assert.deepEqual(await numbers(), [900, 1900, 2900, 3900, 4900, 5000])
  })

  it('finds the last place before a position, or a time', async () => {
    let before: ChainPlace | null = null
    for (const number of [900, 1900, 2900]) {
      await chain.advance(before, place(number))
      before = place(number)
    }
    assert.equal(await chain.before(place(900).position), null)
    assert.deepEqual(await chain.before(place(901).position), place(900))
    assert.deepEqual(await chain.before(place(5000).position), place(2900))
    assert.equal(await chain.earlierThan(place(900).latest ?? ''), null)
    assert.deepEqual(await chain.earlierThan(place(2000).latest ?? ''), place(1900))
  })

  it('is led by one, and by another when that is gone', async () => {
    const stop = new AbortController()
    const first = await chain.lead(stop.signal)
    const second = chain.lead(stop.signal)
    await first?.release()
    assert.notEqual(await second, null)
    await (await second)?.release()
    stop.abort()
    assert.equal(await chain.lead(stop.signal), null)
  })
})
