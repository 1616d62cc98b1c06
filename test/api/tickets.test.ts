import assert from 'node:assert/strict'
import { ticketsOf } from '../../src/api/tickets.ts'
import type { TestApp } from '../support/app.ts'
import { testApp } from '../support/app.ts'

describe('Tickets', function () {
  this.timeout(30_000)
  let rig: TestApp

  before(async () => {
    rig = await testApp()
  })
  after(() => rig.stop())

  it('come back as they were given, until they end', async () => {
    const { issue, read } = ticketsOf(rig.app)
    const ticket = await issue('a', ['one', 'two.two', ''], 1000)
    assert.match(ticket, /^[\w-]+\.[\w-]+$/)
    assert.deepEqual(await read('a', ticket), ['one', 'two.two', ''])
    rig.advance(999)
    assert.notEqual(await read('a', ticket), null)
    rig.advance(1)
    assert.equal(await read('a', ticket), null)
  })

  it('may be good for ever, and are then always the same', async () => {
    const { issue, read } = ticketsOf(rig.app)
    const ticket = await issue('a', ['one'], null)
    assert.equal(await issue('a', ['one'], null), ticket)
    rig.advance(100 * 365 * 24 * 60 * 60 * 1000)
    assert.deepEqual(await read('a', ticket), ['one'])
  })

  it('are none for another purpose, nor altered, nor made up', async () => {
    const { issue, read } = ticketsOf(rig.app)
    const ticket = await issue('a', ['one'], null)
    const [payload = '', mac = ''] = ticket.split('.')
    const other = Buffer.from(JSON.stringify([null, 'two'])).toString('base64url')
    assert.equal(await read('b', ticket), null)
    for (const made of [
      '',
      '.',
      'x',
      payload,
      `${payload}.`,
      `${payload}.x`,
      `${other}.${mac}`,
      `${ticket}.x`,
      `${ticket}x`,
      'x'.repeat(5000),
    ])
      assert.equal(await read('a', made), null, made)
  })

  it('are understood by every process, because all use one key', async () => {
    const [one, other] = [ticketsOf(rig.app), ticketsOf(rig.app)]
    const [ticket, digest] = await Promise.all([one.issue('a', ['x'], null), other.digest('a', 'secret')])
    assert.deepEqual(await other.read('a', ticket), ['x'])
    assert.equal(await one.digest('a', 'secret'), digest)
    assert.equal((await rig.app.log.readStream('serverKey-tickets')).length, 1)
  })

  it('and digests depend on what they are for', async () => {
    const { digest } = ticketsOf(rig.app)
    const digests = [await digest('a', 'secret'), await digest('b', 'secret'), await digest('a', 'Secret')]
    assert.equal(new Set(digests).size, 3)
    for (const one of digests) assert.match(one, /^[0-9a-f]{64}$/)
  })

  it('are made again after the key could not be had', async () => {
    let down = true
    const load: typeof rig.app.load = (...args) => (down ? Promise.reject(new Error('The log is away.')) : rig.app.load(...args))
    const { issue } = ticketsOf({ ...rig.app, load })
    await assert.rejects(issue('a', [], null), /away/)
    down = false
    assert.match(await issue('a', [], null), /\./)
  })
})
