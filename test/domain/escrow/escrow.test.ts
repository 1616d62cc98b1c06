import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { authenticate, certificateOf, enrolled, sealedAs } from '../../support/host-stories.ts'

const token = (fingerprint: string) => ({ fingerprint, sealed: sealedAs(fingerprint) })
const escrow = (fingerprint: string | null) =>
  ({ type: 'EscrowBootstrapToken', data: { token: fingerprint === null ? null : token(fingerprint) } }) as const
const read = { type: 'ReadBootstrapToken', data: {} } as const

describe('the bootstrap token of a host', () => {
  it('is kept, replaced, and taken back', () => {
    given(host, enrolled())
      .when(escrow('one'))
      .then([{ type: 'BootstrapTokenEscrowed', data: token('one') }])
      .andAgainNothing()
      .when(escrow('two'))
      .then([{ type: 'BootstrapTokenEscrowed', data: token('two') }])
      .when(escrow(null))
      .then([{ type: 'BootstrapTokenWithdrawn', data: {} }])
      .andAgainNothing()
  })

  it('leaves a trace each time that it is read, and none when there is none', () => {
    given(host, enrolled()).when(read).thenNothing()
    given(host, [...enrolled(), { type: 'BootstrapTokenEscrowed', data: token('one') }])
      .when(read)
      .then([{ type: 'BootstrapTokenRead', data: { fingerprint: 'one' } }])
      .when(read)
      .then([{ type: 'BootstrapTokenRead', data: { fingerprint: 'one' } }])
  })

  it('is forgotten when the host enrolls again: it opens nothing any more', () => {
    given(host, [...enrolled(), { type: 'BootstrapTokenEscrowed', data: token('one') }])
      .when(authenticate(certificateOf('b')))
      .thenState(({ escrow: { bootstrapToken } }) => assert.equal(bootstrapToken, null))
  })

  it('is refused from a host that is not enrolled', () => {
    given(host, []).when(escrow('one')).thenRejected('not-enrolled')
  })
})
