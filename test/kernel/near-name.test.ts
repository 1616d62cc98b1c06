import assert from 'node:assert/strict'
import { nearName } from '../../src/kernel/near-name.ts'

describe('A word that is none of the names', () => {
  const names = ['status', 'team_id', 'order_key', 'HostTransferred', 'list']
  for (const [word, meant] of [
    ['statsu', 'status'],
    ['Status', 'status'],
    ['teamid', 'team_id'],
    ['orderkey', 'order_key'],
    ['hosttransfered', 'HostTransferred'],
    ['lst', 'list'],
    ['nonsense', null],
    ['', null],
    ['x'.repeat(10_000), null],
  ] as const)
    it(`is told what was meant by ${word.slice(0, 20) || 'nothing'}: ${meant ?? 'nobody knows'}`, () => {
      assert.equal(nearName(word, names), meant)
    })
})
