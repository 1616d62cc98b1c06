import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Recent } from '../../src/kernel/recent.ts'
import { nothingRecent, recently, recentKeys, withRecent } from '../../src/kernel/recent.ts'

describe('The latest of many things', () => {
  it('are remembered, each as it was told last, and the one before keeps what it knew', () => {
    const one = withRecent(nothingRecent<number>(), ['a', 'b'], { as: 1, keep: 10 })
    const two = withRecent(one, ['b'], { as: 2, keep: 10 })
    assert.deepEqual([recently(two, 'a'), recently(two, 'b'), recently(two, 'c')], [1, 2, undefined])
    assert.deepEqual([recently(one, 'b'), recentKeys(two)], [1, ['a', 'b']])
  })

  it('are at least as many as are to be kept, and never many more, however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(400), { maxLength: 50 }), { maxLength: 60 }), (rounds) => {
        let recent: Recent<number> = nothingRecent()
        const latest = new Map<string, number>()
        for (const [round, told] of rounds.entries()) {
          const keys = told.map(String)
          recent = withRecent(recent, keys, { as: round, keep: 64 })
          for (const key of keys) {
            latest.delete(key)
            latest.set(key, round)
          }
        }
        for (const [key, round] of [...latest].slice(-64)) assert.equal(recently(recent, key), round)
        assert.ok(recentKeys(recent).length <= 64 + 32)
      }),
    )
  })
})
