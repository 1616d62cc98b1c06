import assert from 'node:assert/strict'
import { postgresDatabase } from '../../../src/adapters/postgres/database.ts'
import type { Database } from '../../../src/app/ports.ts'
import { TookTooLong } from '../../../src/app/ports.ts'
import { freshDatabase } from '../../support/postgres.ts'

describe('What is only supposed', function () {
  this.timeout(30_000)
  let url: string
  let drop: () => Promise<void>
  let database: Database
  before(async () => {
    ;({ url, drop } = await freshDatabase())
    const quiet = (): void => undefined
    database = postgresDatabase({ url, logger: { info: quiet, warn: quiet, error: quiet }, connections: 3 })
    await database.transaction((sql) => sql('create table things (name text)'))
    await database.transaction((sql) => sql(`insert into things values ('one')`))
  })
  after(async () => {
    await database?.close()
    await drop?.()
  })

  const names = () => database.read<{ name: string }>({ text: 'select name from things order by name', values: [] })

  it('leaves nothing behind, and sees what was so when it began', async () => {
    const seen = await database.hypothetically(async (sql) => {
      await sql('create temporary table things (name text) on commit drop')
      await sql(`insert into things values ('two')`)
      await database.transaction((other) => other(`insert into things values ('three')`))
      return [await sql('select name from things'), await sql('select name from public.things')]
    }, 5_000)
    assert.deepEqual(seen, [[{ name: 'two' }], [{ name: 'one' }]])
    assert.deepEqual(await names(), [{ name: 'one' }, { name: 'three' }])
  })

  it('ends when it takes too long, one statement or many, and the next one is served', async () => {
    const sleeping = database.hypothetically((sql) => sql('select pg_sleep(20)'), 100)
    await assert.rejects(sleeping, TookTooLong)
    const many = database.hypothetically(async (sql) => {
      for (;;) await sql('select pg_sleep(0.02)')
    }, 200)
    await assert.rejects(many, TookTooLong)
    assert.deepEqual(await database.hypothetically((sql) => sql('select 1 as one'), 5_000), [{ one: 1 }])
  })

  it('fails as its body does', async () => {
    await assert.rejects(
      database.hypothetically(() => Promise.reject(new Error('It is wrong.')), 1_000),
      /It is wrong/,
    )
  })
})
