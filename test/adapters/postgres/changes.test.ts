import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { AnyChange, Columns, Folded } from '../../../src/adapters/postgres/changes.ts'
import { foldChanges } from '../../../src/adapters/postgres/changes.ts'

const key = ['a', 'b', 'c'] as const
const defaults: Columns = { x: 0, y: 0, z: 0 }

describe('folding changes', () => {
  it('comes to the same rows as applying the changes one by one, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(set, { maxLength: 4 }), fc.array(change, { maxLength: 25 }), (before, changes) => {
        const table = oneByOne(new Map(), before)
        const folded = foldChanges(key, positioned(changes))
        assert.deepEqual(sorted(execute(table, folded)), sorted(oneByOne(table, changes)))
      }),
      { numRuns: 3000 },
    )
  })

  it('comes to the same rows when the batch is cut in two anywhere', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 16 }), fc.nat(16), (changes, cut) => {
        const at = (from: number, to?: number) => foldChanges(key, positioned(changes).slice(from, to))
        const inTwo = execute(execute(new Map(), at(0, cut)), at(cut))
        assert.deepEqual(sorted(inTwo), sorted(execute(new Map(), at(0))))
      }),
      { numRuns: 500 },
    )
  })

  it('names a row at most once in each of its sets', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
        const folded = foldChanges(key, positioned(changes))
        for (const outcomes of [folded.removes, folded.changes, folded.sets])
          assert.equal(new Set(outcomes.map((outcome) => JSON.stringify(outcome.key))).size, outcomes.length)
      }),
    )
  })

  it('gives an outcome the position of the last event that had a say in it', () => {
    const where = { a: '1', b: '1', c: '1' }
    const { sets } = foldChanges(
      key,
      positioned([
        { where, set: { x: 1 } },
        { where: { a: '1' }, change: { y: 2 } },
      ]),
    )
    assert.deepEqual(sets, [{ key: ['1', '1', '1'], columns: { x: 1, y: 2 }, position: '000002' }])
  })

  it('never changes what it was given', () => {
    const set = Object.freeze({ x: 1 })
    const where = Object.freeze({ a: '1', b: '1', c: '1' })
    foldChanges(
      key,
      positioned([
        { where, set },
        { where, set: { x: 2 } },
        { where: { a: '1' }, change: { x: 3 } },
      ]),
    )
    assert.deepEqual(set, { x: 1 })
  })

  it('refuses what is no key, a set of a group, and a new value for a column of the key', () => {
    const fold = (change: AnyChange) => () => foldChanges(key, positioned([change]))
    assert.throws(fold({ where: { b: '1' }, remove: true }), /names \(b\), which is not the key/)
    assert.throws(fold({ where: {}, remove: true }), /is not the key/)
    assert.throws(fold({ where: { a: '1', other: '2' }, remove: true }), /is not the key/)
    assert.throws(fold({ where: { a: '1' }, set: { x: 1 } }), /whole key/)
    assert.throws(fold({ where: { a: null }, remove: true }), /Column a of the key must hold a single value/)
    assert.throws(fold({ where: { a: '1', b: '1', c: '1' }, set: { b: '2' } }), /Column b is part of the key/)
  })
})

const part = fc.constantFrom('1', '2')
const columns = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.integer({ min: 1, max: 9 }), { maxKeys: 2 })
const wholeKey = fc.record({ a: part, b: part, c: part })
const anyKey: fc.Arbitrary<Columns> = fc.oneof(wholeKey, fc.record({ a: part, b: part }), fc.record({ a: part }))
const set: fc.Arbitrary<AnyChange> = fc.record({ where: wholeKey, set: columns })
const change: fc.Arbitrary<AnyChange> = fc.oneof(
  { weight: 3, arbitrary: set },
  { weight: 2, arbitrary: fc.record({ where: anyKey, change: columns }) },
  { weight: 2, arbitrary: fc.record({ where: anyKey, remove: fc.constant(true as const) }) },
)

const positioned = (changes: readonly AnyChange[]) =>
  changes.map((change, index) => ({ position: String(index + 1).padStart(6, '0'), change }))

type Table = ReadonlyMap<string, Columns>

const sorted = (table: Table) => [...table].sort(([one], [other]) => (one < other ? -1 : 1))

const matches = (row: Columns, where: Columns): boolean => Object.keys(where).every((column) => row[column] === where[column])

/** The slow, obvious twin. */
const oneByOne = (table: Table, changes: readonly AnyChange[]): Table => {
  const rows = new Map(table)
  for (const change of changes) {
    const name = JSON.stringify(key.map((column) => change.where[column]))
    if ('set' in change) rows.set(name, { ...(rows.get(name) ?? { ...defaults, ...change.where }), ...change.set })
    else
      for (const [name, row] of [...rows].filter(([, row]) => matches(row, change.where)))
        if ('remove' in change) rows.delete(name)
        else rows.set(name, { ...row, ...change.change })
  }
  return rows
}

/** What the three kinds of statements do to a table. */
const execute = (table: Table, { removes, changes, sets }: Folded): Table => {
  const whereOf = (values: readonly unknown[]): Columns =>
    Object.fromEntries(values.map((value, at) => [key[at], value as string]))
  return oneByOne(table, [
    ...removes.map((outcome) => ({ where: whereOf(outcome.key), remove: true as const })),
    ...changes.map((outcome) => ({ where: whereOf(outcome.key), change: outcome.columns })),
    ...sets.map((outcome) => ({ where: whereOf(outcome.key), set: outcome.columns })),
  ])
}
