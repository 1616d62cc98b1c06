import assert from 'node:assert/strict'
import { accountKeys } from '../../../src/domain/tokens/account-keys.ts'
import { given } from '../../support/given.ts'

const key = (serverUuid: string, certificatePem = 'pem') => ({
  serverUuid,
  certificatePem,
  key: { keyId: 'k', nonce: 'n', sealed: 's' },
  notAfter: '2027-01-01T00:00:00.000Z',
})
const store = (data: ReturnType<typeof key>) => ({ type: 'StoreAccountKey', data }) as const

describe('Keys for tokens of managed accounts', () => {
  it('are stored once each; the one stored last signs', () => {
    given(accountKeys, [])
      .when(store(key('one')))
      .then([{ type: 'AccountKeyStored', data: key('one') }])
      .andAgainNothing()
      .when(store(key('two')))
      .then([{ type: 'AccountKeyStored', data: key('two') }])
      .when(store(key('one')))
      .then([{ type: 'AccountKeyStored', data: key('one') }])
      .thenState(({ keys }) => {
        assert.deepEqual(
          keys.map(({ serverUuid }) => serverUuid),
          ['two', 'one'],
        )
      })
  })

  it('are replaced by the next one of the same server', () => {
    given(accountKeys, [{ type: 'AccountKeyStored', data: key('one') }])
      .when(store(key('one', 'renewed')))
      .thenState(({ keys }) => {
        assert.deepEqual(keys, [key('one', 'renewed')])
      })
  })
})
