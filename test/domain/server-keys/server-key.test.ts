import { serverKey } from '../../../src/domain/server-keys/server-key.ts'
import { given } from '../../support/given.ts'

describe('A key of the server', () => {
  it('is made once: who comes second uses that of the first', () => {
    const data = (sealed: string) => ({ key: { keyId: 'k', nonce: 'n', sealed } })
    given(serverKey, [])
      .when({ type: 'CreateServerKey', data: data('first') })
      .then([{ type: 'ServerKeyCreated', data: data('first') }])
      .when({ type: 'CreateServerKey', data: data('second') })
      .thenNothing()
  })
})
