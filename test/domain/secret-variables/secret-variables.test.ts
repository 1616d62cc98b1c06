import type { Sealed } from '../../../src/kernel/content.ts'
import { secretVariables } from '../../../src/domain/secret-variables/secret-variables.ts'
import { given } from '../../support/given.ts'

describe('Secrets for settings', () => {
  const sealed: Sealed = { keyId: 'key', nonce: 'n', sealed: 's' }
  const wifi = { name: 'WIFI', sealed, fingerprint: 'one' }
  const set = (fingerprint: string) => ({ type: 'SecretVariableSet', data: { ...wifi, fingerprint } }) as const

  it('are set once, however often they are sent', () => {
    given(secretVariables, [])
      .when({ type: 'SetSecretVariables', data: { secrets: [wifi] } })
      .then([set('one')])
      .andAgainNothing()
  })

  it('get another value, and those that are not named stay', () => {
    const vpn = { name: 'VPN', sealed, fingerprint: 'vpn' }
    given(secretVariables, [set('one')])
      .when({ type: 'SetSecretVariables', data: { secrets: [{ ...wifi, fingerprint: 'two' }, vpn] } })
      .then([set('two'), { type: 'SecretVariableSet', data: vpn }])
  })

  it('are deleted once', () => {
    const deletion = { type: 'DeleteSecretVariable', data: { name: 'WIFI' } } as const
    given(secretVariables, [set('one')])
      .when(deletion)
      .then([{ type: 'SecretVariableDeleted', data: { name: 'WIFI' } }])
    given(secretVariables, []).when(deletion).thenRejected('not-found')
  })
})
