import assert from 'node:assert/strict'
import pg from 'pg'
import type { AnyChange } from '../../../src/adapters/postgres/changes.ts'
import { foldChanges } from '../../../src/adapters/postgres/changes.ts'
import { readShape } from '../../../src/adapters/postgres/projection-tables.ts'
import type { TableShape } from '../../../src/adapters/postgres/write-changes.ts'
import { rowsPerStatement, statementsFor } from '../../../src/adapters/postgres/write-changes.ts'
import type { FreshDatabase } from '../../support/postgres.ts'
import { freshDatabase } from '../../support/postgres.ts'

const key = ['owner', 'item']

describe('writing changes to a table', function () {
  this.timeout(30_000)
  let fresh: FreshDatabase
  let client: pg.Client
  let shape: TableShape

  before(async () => {
    fresh = await freshDatabase()
    client = new pg.Client({ connectionString: fresh.url })
    await client.connect()
    await client.query(`
      create schema s;
      create table s.every_type (
        owner uuid, item integer, words text, many bigint, yes boolean default true, "when" timestamptz, doc jsonb, bytes bytea,
        list text[], numbers integer[], docs jsonb[], share double precision,
        position text collate "C" not null, primary key (owner, item))`)
    const found = await readShape(client, 's', { name: 'every_type', key })
    assert.ok(found !== null)
    shape = found
  })
  beforeEach(() => client.query('truncate s.every_type'))
  after(async () => {
    await client.end()
    await fresh.drop()
  })

  const write = async (changes: readonly AnyChange[], position: string): Promise<number> => {
    const statements = statementsFor(
      shape,
      foldChanges(
        key,
        changes.map((change) => ({ position, change })),
      ),
    )
    let written = 0
    for (const { name, text, values } of statements)
      written += (await client.query({ name, text, values: [...values] })).rowCount ?? 0
    return written
  }
  const rows = async (columns: string) =>
    (await client.query<Record<string, unknown>>(`select ${columns} from s.every_type order by owner, item`)).rows

  const owner = '00000000-0000-4000-8000-000000000001'

  it('keeps values of every type as they are', async () => {
    const values = {
      words: 'a "quoted", {braced} \\ back\nslashed NULL',
      many: 9007199254740993n.toString(),
      yes: false,
      when: new Date('2026-01-02T03:04:05.678Z'),
      doc: { deep: [1, '"', '\\u0000', null, { a: 'ü 😀' }] },
      bytes: Uint8Array.of(0, 34, 92, 255),
      list: ['', 'NULL', 'a,b', '"', '\\', '{}', null],
      numbers: [1, -2],
      docs: [{ a: 1 }, 'text'],
      share: 0.1,
    }
    await write([{ where: { owner, item: 1 }, set: values }], '1')
    const [row] = await rows('*')
    assert.deepEqual(row, { owner, item: 1, ...values, bytes: Buffer.from(values.bytes), position: '1' })
  })

  it('keeps nulls, empty arrays and the defaults of what is not named', async () => {
    await write([{ where: { owner, item: 1 }, set: { words: null, list: [], doc: null } }], '1')
    assert.deepEqual(await rows('words, list, doc, yes'), [{ words: null, list: [], doc: null, yes: true }])
  })

  it('replaces what Postgres cannot store in a text', async () => {
    await write(
      [{ where: { owner, item: 1 }, set: { words: 'a\0b', doc: { a: 'x\0y\\u0000', b: '\ud800' }, list: ['\0'] } }],
      '1',
    )
    assert.deepEqual(await rows('words, doc, list'), [
      { words: 'a\ufffdb', doc: { a: 'x\ufffdy\\u0000', b: '\ufffd' }, list: ['\ufffd'] },
    ])
  })

  it('writes more rows than one statement takes', async () => {
    const many = rowsPerStatement * 2 + 1
    const changes = Array.from({ length: many }, (_, item) => ({ where: { owner, item }, set: { words: String(item) } }))
    assert.equal(await write(changes, '1'), many)
    assert.deepEqual((await client.query('select count(*)::int as n, max(words::int) as last from s.every_type')).rows, [
      { n: many, last: many - 1 },
    ])
  })

  it('leaves rows alone that a later event has written', async () => {
    const where = { owner, item: 1 }
    await write([{ where, set: { words: 'later' } }], '5')
    await write([{ where, set: { words: 'earlier' } }], '4')
    await write([{ where, change: { words: 'earlier' } }], '3')
    await write([{ where: { owner }, change: { words: 'earlier' } }], '3')
    await write([{ where: { owner }, remove: true }], '4')
    assert.deepEqual(await rows('words, position'), [{ words: 'later', position: '5' }])
    await write([{ where: { owner }, remove: true }], '6')
    assert.deepEqual(await rows('words'), [])
  })

  it('removes and changes by the first columns of the key', async () => {
    const other = owner.replace('1', '2')
    await write(
      [1, 2].flatMap((item) => [owner, other].map((owner) => ({ where: { owner, item }, set: { words: 'set' } }))),
      '1',
    )
    await write(
      [
        { where: { owner }, remove: true },
        { where: { owner: other }, change: { words: 'changed' } },
      ],
      '2',
    )
    assert.deepEqual(
      await rows('owner, item, words'),
      [1, 2].map((item) => ({ owner: other, item, words: 'changed' })),
    )
  })

  it('says which column is wrong, and not what it was given', () => {
    const statements = (set: Record<string, object | string>) => () =>
      statementsFor(shape, foldChanges(key, [{ position: '1', change: { where: { owner, item: 1 }, set } }]))
    assert.throws(statements({ colour: 'secret' }), { message: 'Table every_type has no column colour.' })
    assert.throws(statements({ words: { secret: 1 } }), { message: 'A column of type text cannot hold an object.' })
    assert.throws(statements({ list: 'secret' }), { message: 'A column of type text[] must be given an array.' })
  })
})
