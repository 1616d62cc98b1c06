import assert from 'node:assert/strict'
import { storable } from '../../src/kernel/text.ts'

describe('A text from outside', () => {
  it('is kept as it is when an event can hold it', () => assert.equal(storable('Anna’s Mac 😀\n', 100), 'Anna’s Mac 😀\n'))

  it('is cut, and never leaves half a character behind', () => {
    assert.equal(storable('abcdef', 3), 'abc')
    assert.equal(storable('ab😀', 3), 'ab\ufffd')
    assert.equal(storable('ab😀', 4), 'ab😀')
  })

  it('loses what Postgres takes neither as text nor in JSON', () => {
    assert.equal(storable('a\u0000b', 10), 'a\ufffdb')
    assert.equal(storable('\udc00a\ud800', 10), '\ufffda\ufffd')
  })
})
