import assert from 'node:assert/strict'
import { coalesced } from '../../src/app/coalesced.ts'
import { eventually } from '../support/eventually.ts'

describe('A name that is told again and again', () => {
  it('is told at once, and once more for all that came right after', async () => {
    const told: string[] = []
    const tell = coalesced((name) => told.push(name), { everyMs: 5, signal: new AbortController().signal })
    for (let time = 0; time < 100; time++) tell('wake')
    tell('verify')
    assert.deepEqual(told, ['wake', 'verify'])
    await eventually('it is told again', () => told.length === 3)
    assert.deepEqual(told, ['wake', 'verify', 'wake'])
  })

  it('is not told any more once it is over', () => {
    const told: string[] = []
    const over = new AbortController()
    const tell = coalesced((name) => told.push(name), { everyMs: 5, signal: over.signal })
    over.abort()
    tell('wake')
    assert.deepEqual(told, [])
  })
})
