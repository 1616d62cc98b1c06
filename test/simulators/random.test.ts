import assert from 'node:assert/strict'
import { random } from '../../src/simulators/random.ts'

describe('Repeatable luck', () => {
  it('is the same for the same seed, today and in every later version', () => {
    const draws = () => {
      const luck = random('seed')
      return [luck.uuid(), luck.below(1_000), luck.text(5, 'abc'), luck.chance(0.5), Buffer.from(luck.bytes(4)).toString('hex')]
    }
    assert.deepEqual(draws(), draws())
    assert.deepEqual(draws(), golden)
  })

  it('differs for seeds that are near', () => {
    const firsts = new Set(Array.from({ length: 1_000 }, (_, index) => random(`device-${String(index)}`).uuid()))
    assert.equal(firsts.size, 1_000)
  })

  it('is fair enough to make a tenth a tenth', () => {
    const luck = random('fair')
    const hits = Array.from({ length: 10_000 }, () => luck.chance(0.1)).filter(Boolean).length
    assert.ok(hits > 900 && hits < 1_100, `${String(hits)} of 10,000`)
    assert.equal(Array.from({ length: 1_000 }, () => luck.chance(0)).includes(true), false)
    assert.equal(Array.from({ length: 1_000 }, () => luck.chance(1)).includes(false), false)
  })

  it('stays below its limit and within its choices', () => {
    const luck = random('bounds')
    const numbers = Array.from({ length: 1_000 }, () => luck.below(3))
    assert.deepEqual([...new Set(numbers)].sort(), [0, 1, 2])
    assert.equal(luck.pick(['only']), 'only')
    assert.match(luck.text(50, 'xyz'), /^[xyz]{50}$/)
  })
})

const golden: readonly unknown[] = ['8F962257-447B-4BD8-B6DA-6016FD7E2BE1', 184, 'aaabc', false, 'a18ac681']
