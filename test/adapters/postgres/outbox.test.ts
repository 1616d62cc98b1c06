import assert from 'node:assert/strict'
import { postgresOutbox } from '../../../src/adapters/postgres/outbox.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

const sealed = (what: string) => ({ keyId: 'k', nonce: 'n', sealed: what })

describe('what is to be told to another system', function () {
  this.timeout(30_000)
  let tables: Operational
  before(async () => {
    tables = await openOperational()
  })
  after(() => tables.close())

  it('waits by enrollment, in its order, until it is removed', async () => {
    const outbox = postgresOutbox(tables.pool, tables.clock)
    for (const what of ['one', 'two', 'three']) assert.equal(await outbox.put('a', sealed(what)), true)
    await outbox.put('b', sealed('other'))
    assert.deepEqual((await outbox.waiting(10)).toSorted(), ['a', 'b'])
    const [first, second] = await outbox.next('a', 2)
    assert.deepEqual([first?.sealed, second?.sealed], [sealed('one'), sealed('two')])
    await outbox.remove([first?.id ?? '', second?.id ?? ''])
    assert.deepEqual(
      (await outbox.next('a', 10)).map((delivery) => delivery.sealed.sealed),
      ['three'],
    )
    await outbox.remove([])
    await outbox.remove((await outbox.next('a', 10)).map(({ id }) => id))
    assert.deepEqual(await outbox.waiting(10), ['b'])
  })

  it('waits in its order however many there are', async () => {
    const outbox = postgresOutbox(tables.pool, tables.clock)
    const all = Array.from({ length: 120 }, (_, place) => String(place))
    for (const what of all) await outbox.put('many', sealed(what))
    const first = await outbox.next('many', 70)
    const rest = await outbox.next('many', 70, first.at(-1)?.id)
    assert.deepEqual(
      [...first, ...rest].map((delivery) => delivery.sealed.sealed),
      all,
    )
    await outbox.setAside(
      [...first, ...rest].map(({ id }) => ({
        id,
        attempts: 1,
        problem: 'Refused.',
        topic: 'mdm.Connect',
        eventId: `many-${id}`,
      })),
    )
    const aside = await outbox.aside({ topic: null, ids: null }, { limit: 200, offset: 0 })
    assert.deepEqual(
      aside.map(({ id }) => id),
      [...first, ...rest].map(({ id }) => id).toReversed(),
    )
    const bounded = postgresOutbox(tables.pool, tables.clock, 1000, { most: 100 })
    assert.deepEqual([await bounded.tidy(), (await bounded.counts()).setAside, await bounded.tidy()], [20, 100, 0])
    await bounded.discard({ topic: null, ids: null })
  })

  it('is dropped, and that is said, when too much waits already', async () => {
    const outbox = postgresOutbox(tables.pool, tables.clock, 2)
    await outbox.put('c', sealed('one'))
    assert.equal(await outbox.put('c', sealed('too much')), false)
    assert.equal((await outbox.next('c', 10)).length, 1)
  })
})
