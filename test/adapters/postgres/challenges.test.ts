import assert from 'node:assert/strict'
import { postgresChallenges } from '../../../src/adapters/postgres/challenges.ts'
import type { Challenges } from '../../../src/app/operational-ports.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

const hour = 3_600_000
const mine = { transactionId: 'transaction-1', csrHash: 'aa' }

describe('one-time challenges', function () {
  this.timeout(30_000)
  let tables: Operational
  let challenges: Challenges
  before(async () => {
    tables = await openOperational()
    challenges = postgresChallenges(tables.pool, tables.clock)
  })
  after(() => tables.close())

  it('are accepted from the first request, and again from the same one, whose reply was lost', async () => {
    const challenge = await challenges.issue(hour)
    assert.match(challenge, /^[\w-]{32}$/)
    assert.equal(await challenges.use(challenge, mine), 'accepted')
    assert.equal(await challenges.use(challenge, mine), 'accepted')
    assert.equal(await challenges.use(challenge, { ...mine, csrHash: 'bb' }), 'used')
    assert.equal(await challenges.use(challenge, { ...mine, transactionId: 'transaction-2' }), 'used')
    assert.equal(await challenges.use(challenge, mine), 'accepted')
  })

  it('are unknown when nobody issued them', async () => {
    assert.equal(await challenges.use('invented', mine), 'unknown')
    assert.equal(await challenges.use('', mine), 'unknown')
  })

  it('expire', async () => {
    const challenge = await challenges.issue(hour)
    tables.advance(hour)
    assert.equal(await challenges.use(challenge, mine), 'accepted')
    tables.advance(1)
    assert.equal(await challenges.use(challenge, mine), 'expired')
    const late = await challenges.issue(hour)
    tables.advance(hour + 1)
    assert.equal(await challenges.use(late, mine), 'expired')
  })

  it('are won by one of two that race', async () => {
    for (let race = 0; race < 10; race++) {
      const challenge = await challenges.issue(hour)
      const uses = ['one', 'two', 'three'].map((transactionId) => challenges.use(challenge, { transactionId, csrHash: 'aa' }))
      assert.deepEqual((await Promise.all(uses)).sort(), ['accepted', 'used', 'used'])
    }
  })

  it('are nowhere in the table in clear', async () => {
    const challenge = await challenges.issue(hour)
    const { rows } = await tables.pool.query<{ all: string }>("select string_agg(t::text, '') as all from scep_challenges t")
    assert.ok(rows[0]?.all !== undefined && !rows[0].all.includes(challenge))
    assert.ok(!rows[0].all.includes(Buffer.from(challenge).toString('hex')))
  })
})
