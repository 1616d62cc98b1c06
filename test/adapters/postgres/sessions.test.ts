import assert from 'node:assert/strict'
import { postgresSessions } from '../../../src/adapters/postgres/sessions.ts'
import { postgresSsoAttempts } from '../../../src/adapters/postgres/sso-attempts.ts'
import type { Session, Sessions, SsoAttempts } from '../../../src/app/session-ports.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

const hour = 3_600_000

describe('sessions of users', function () {
  this.timeout(30_000)
  let tables: Operational
  let sessions: Sessions
  before(async () => {
    tables = await openOperational()
    sessions = postgresSessions(tables.pool, tables.clock)
  })
  after(() => tables.close())

  const begun = async (id: string, userId: string): Promise<Session> => {
    const now = tables.clock()
    const [createdAt, endsAt] = [now.toISOString(), new Date(now.getTime() + hour).toISOString()]
    const session: Session = { id, userId, kind: 'cookie', createdAt, usedAt: createdAt, endsAt, address: '::1', agent: 'a' }
    await sessions.begin(session)
    return session
  }

  it('are found until they are ended by hand', async () => {
    const session = await begun('one', '1')
    assert.deepEqual(await sessions.find('one'), session)
    await sessions.end('one')
    assert.equal(await sessions.find('one'), null)
    assert.equal(await sessions.find('never'), null)
  })

  it('know when they were last used', async () => {
    await begun('used', '2')
    tables.advance(60_000)
    await sessions.touch('used')
    assert.equal((await sessions.find('used'))?.usedAt, tables.clock().toISOString())
  })

  it('are listed by user, and ended all but one', async () => {
    await begun('older', '3')
    tables.advance(1000)
    await begun('newer', '3')
    await begun('other', '4')
    assert.deepEqual(
      (await sessions.ofUser('3')).map(({ id }) => id),
      ['newer', 'older'],
    )
    assert.deepEqual(await sessions.endAllOf('3', 'newer'), ['older'])
    assert.deepEqual(await sessions.endAllOf('3', null), ['newer'])
    assert.notEqual(await sessions.find('other'), null)
  })

  it('are remembered for a week after their end, and then forgotten', async () => {
    await begun('old', '5')
    tables.advance(hour + 1)
    assert.deepEqual(await sessions.ofUser('5'), [])
    await begun('next', '6')
    assert.notEqual(await sessions.find('old'), null)
    tables.advance(7 * 24 * hour)
    await begun('last', '6')
    assert.equal(await sessions.find('old'), null)
  })
})

describe('sign-ins at an identity provider', function () {
  this.timeout(30_000)
  let tables: Operational
  let attempts: SsoAttempts
  before(async () => {
    tables = await openOperational()
    attempts = postgresSsoAttempts(tables.pool, tables.clock)
  })
  after(() => tables.close())

  it('end once, whoever races', async () => {
    assert.equal(await attempts.begin('state', hour), true)
    const taken = await Promise.all([attempts.take('state'), attempts.take('state'), attempts.take('state')])
    assert.deepEqual(taken.sort(), [false, false, true])
    assert.equal(await attempts.take('invented'), false)
  })

  it('cannot end when their time is over', async () => {
    await attempts.begin('late', hour)
    tables.advance(hour)
    assert.equal(await attempts.take('late'), false)
  })

  it('are nowhere in the table in clear', async () => {
    await attempts.begin('a-secret-state', hour)
    const { rows } = await tables.pool.query<{ all: string }>("select string_agg(t::text, '') as all from sso_attempts t")
    assert.ok(rows[0]?.all !== undefined && !rows[0].all.includes(Buffer.from('a-secret-state').toString('hex')))
  })

  it('are not begun without end', async () => {
    await tables.pool.query(
      `insert into sso_attempts select sha256(n::text::bytea), $1::timestamptz + interval '1 day' from generate_series(1, 10000) n`,
      [tables.clock()],
    )
    assert.equal(await attempts.begin('one more', hour), false)
    tables.advance(25 * hour)
    assert.equal(await attempts.begin('one more', hour), true)
  })
})
