import assert from 'node:assert/strict'
import { leastRecentlyUsed } from '../../src/kernel/least-recently-used.ts'

describe('a bounded memory', () => {
  it('forgets what was not asked for longest', () => {
    const memory = leastRecentlyUsed<number>(2)
    memory.set('one', 1)
    memory.set('two', 2)
    assert.equal(memory.get('one'), 1)
    memory.set('three', 3)
    assert.deepEqual(['one', 'two', 'three'].map(memory.get), [1, undefined, 3])
  })

  it('keeps one value per name, the latest, and counts it once', () => {
    const memory = leastRecentlyUsed<number>(2)
    memory.set('one', 1)
    memory.set('one', 11)
    memory.set('two', 2)
    assert.deepEqual(['one', 'two'].map(memory.get), [11, 2])
  })

  it('forgets what it is told to, or everything', () => {
    const memory = leastRecentlyUsed<number>(3)
    for (const [index, name] of ['one', 'two', 'three'].entries()) memory.set(name, index)
    memory.delete('two')
    assert.deepEqual(['one', 'two', 'three'].map(memory.get), [0, undefined, 2])
    memory.clear()
    assert.equal(memory.get('one'), undefined)
  })
})
