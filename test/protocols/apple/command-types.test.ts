import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { checkCommand, commandTypes, withoutSecrets } from '../../../src/protocols/apple/command-types.ts'

const refusedFor = (field: string) => (error: unknown) => error instanceof ParseError && error.field === field

describe('what is known of commands', () => {
  it('refuses a key of another type, and a missing one that must be there', () => {
    assert.throws(() => checkCommand('InstallProfile', { RequestType: 'InstallProfile' }), refusedFor('Payload'))
    assert.throws(() => checkCommand('InstallProfile', { Payload: 'text' }), refusedFor('Payload'))
    assert.throws(() => checkCommand('RestartDevice', { NotifyUser: 'yes' }), refusedFor('NotifyUser'))
    assert.throws(() => checkCommand('Settings', { Settings: {} }), refusedFor('Settings'))
    checkCommand('InstallProfile', { Payload: Buffer.from('x') })
    checkCommand('InstallApplication', { iTunesStoreID: 4711, Options: { PurchaseMethod: 1 } })
  })

  it('lets pass what it does not know: Apple adds commands and keys each year', () => {
    checkCommand('BrewCoffee', { Sugar: 2 })
    checkCommand('toString', {})
    checkCommand('RestartDevice', { Gently: true })
  })

  it('hides what is secret in a command, and nothing else', () => {
    assert.deepEqual(withoutSecrets({ RequestType: 'DeviceLock', PIN: '123456', Message: 'Call us' }), {
      RequestType: 'DeviceLock',
      PIN: '(sealed)',
      Message: 'Call us',
    })
    assert.deepEqual(withoutSecrets({ RequestType: 'SecurityInfo' }), { RequestType: 'SecurityInfo' })
  })

  it('names its secrets by keys that the commands have', () => {
    for (const [name, { keys, secret = [] }] of Object.entries(commandTypes))
      for (const key of secret) assert.ok(Object.hasOwn(keys, key), `${name} has no ${key}`)
  })
})
