import assert from 'node:assert/strict'
import { postgresChallenges } from '../../../src/adapters/postgres/challenges.ts'
import type { Challenges } from '../../../src/app/operational-ports.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

const hour = 3_600_000
const mine = { transactionId: 'transaction-1', csrHash: 'aa' }

const terms = {
  identifier: 'com.example.mdm',
  serverUrl: 'https://mdm.example/mdm',
  checkInUrl: null,
  topic: 'com.apple.mgmt.External.test',
  accessRights: 8191,
  capabilities: [],
  account: null,
  teamId: '7',
  renews: null,
}

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
    const challenge = await challenges.issue(hour, terms)
    assert.match(challenge, /^[\w-]{32}$/)
    assert.deepEqual(await challenges.use(challenge, mine), { kind: 'accepted', terms })
    assert.equal((await challenges.use(challenge, mine)).kind, 'accepted')
    assert.equal((await challenges.use(challenge, mine)).kind, 'accepted')
    assert.equal((await challenges.use(challenge, { ...mine, csrHash: 'bb' })).kind, 'used')
    assert.equal((await challenges.use(challenge, { ...mine, transactionId: 'transaction-2' })).kind, 'used')
    assert.equal((await challenges.use(challenge, mine)).kind, 'accepted')
  })

  it('are unknown when nobody issued them', async () => {
    assert.equal((await challenges.use('invented', mine)).kind, 'unknown')
    assert.equal((await challenges.use('', mine)).kind, 'unknown')
  })

  it('expire', async () => {
    const challenge = await challenges.issue(hour, terms)
    tables.advance(hour)
    assert.equal((await challenges.use(challenge, mine)).kind, 'accepted')
    tables.advance(1)
    assert.equal((await challenges.use(challenge, mine)).kind, 'expired')
    const late = await challenges.issue(hour, terms)
    tables.advance(hour + 1)
    assert.equal((await challenges.use(late, mine)).kind, 'expired')
  })

  it('are won by one of two that race', async () => {
    for (let race = 0; race < 10; race++) {
      const challenge = await challenges.issue(hour, terms)
      const uses = ['one', 'two', 'three'].map((transactionId) => challenges.use(challenge, { transactionId, csrHash: 'aa' }))
      assert.deepEqual((await Promise.all(uses)).map(({ kind }) => kind).sort(), ['accepted', 'used', 'used'])
    }
  })

  it('are nowhere in the table in clear', async () => {
    const challenge = await challenges.issue(hour, terms)
    const { rows } = await tables.pool.query<{ all: string }>("select string_agg(t::text, '') as all from scep_challenges t")
    assert.ok(rows[0]?.all !== undefined && !rows[0].all.includes(challenge))
    assert.ok(!rows[0].all.includes(Buffer.from(challenge).toString('hex')))
  })
})
