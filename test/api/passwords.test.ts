import assert from 'node:assert/strict'
import { passwordsOf, TooBusy } from '../../src/api/passwords.ts'

const cheap = { log2N: 10, r: 8, p: 1 }

describe('the hash of a password', function () {
  this.timeout(30_000)

  it('opens for the password alone, however it is typed', async () => {
    const passwords = passwordsOf(cheap)
    const hash = await passwords.hash('correct horse caf\u00e9')
    assert.match(hash, /^\$scrypt\$ln=10,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    assert.equal(await passwords.matches('correct horse cafe\u0301', hash), true)
    assert.equal(await passwords.matches('correct horse cafe', hash), false)
    assert.notEqual(await passwords.hash('correct horse caf\u00e9'), hash, 'each has a salt of its own')
  })

  it('is made at a cost that it tells, so that it still opens when the cost is raised', async () => {
    const hash = await passwordsOf(cheap).hash('correct horse battery')
    const dearer = passwordsOf({ log2N: 11, r: 8, p: 2 })
    assert.equal(await dearer.matches('correct horse battery', hash), true)
    assert.match(await passwordsOf().hash('correct horse battery'), /^\$scrypt\$ln=15,r=8,p=3\$/)
  })

  it('never opens where there is none, or for what is no hash', async () => {
    const passwords = passwordsOf(cheap)
    assert.equal(await passwords.matches('anything', null), false)
    for (const broken of ['', '$scrypt$ln=99,r=8', '$argon2$x', '$scrypt$ln=10,r=8,p=1$short$short'])
      assert.equal(await passwords.matches('anything', broken), false)
  })

  it('is not made for more than a few at a time, and the rest is sent away', async () => {
    const passwords = passwordsOf(cheap)
    const outcomes = await Promise.allSettled(Array.from({ length: 80 }, () => passwords.hash('correct horse battery')))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(refused.length, 80 - 2 - 64)
    assert.ok(refused.every(({ reason }) => reason instanceof TooBusy))
    assert.equal(await passwords.matches('x', await passwords.hash('x')), true, 'it goes on afterwards')
  })
})
