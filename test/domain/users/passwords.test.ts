import assert from 'node:assert/strict'
import { faultOfPassword } from '../../../src/domain/users/passwords.ts'

const grace = { name: 'Grace Hopper', email: 'grace.hopper@navy.example' }

describe('a password', () => {
  it('has 12 to 256 characters', () => {
    assert.match(faultOfPassword('short-one-1', grace) ?? '', /at least 12/)
    assert.equal(faultOfPassword('long enough!', grace), null)
    assert.equal(faultOfPassword('x'.repeat(256), grace), null)
    assert.match(faultOfPassword('x'.repeat(257), grace) ?? '', /at most 256/)
  })

  for (const password of [
    'grace.hopper@navy.example',
    'GRACE HOPPER 1906',
    'hopper-grace-42',
    'navy.example-123',
    'ＧＲＡＣＥhopper99',
  ])
    it(`is not made of what anybody knows of its user: ${password}`, () => {
      assert.match(faultOfPassword(password, grace) ?? '', /name or the e-mail address/)
    })

  it('may hold the name among other words', () => {
    assert.equal(faultOfPassword('grace under pressure', grace), null)
  })
})
