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

  it('is dropped, and that is said, when too much waits already', async () => {
    const outbox = postgresOutbox(tables.pool, tables.clock, 2)
    await outbox.put('c', sealed('one'))
    assert.equal(await outbox.put('c', sealed('too much')), false)
    assert.equal((await outbox.next('c', 10)).length, 1)
  })
})
