import assert from 'node:assert/strict'
import type { EnrollSecretEvent } from '../../../src/domain/enroll-secrets/events.ts'
import { enrollSecrets, secretsOf } from '../../../src/domain/enroll-secrets/enroll-secrets.ts'
import { given } from '../../support/given.ts'

const sealed = { keyId: 'k', nonce: 'n', sealed: 's' }
const secret = (hash: string) => ({ hash, sealed })
const added = (teamId: string, hash: string, at?: string) =>
  ({ type: 'EnrollSecretAdded', data: { teamId, hash, sealed }, ...(at === undefined ? {} : { at }) }) as const
const removed = (teamId: string, hash: string): EnrollSecretEvent => ({
  type: 'EnrollSecretRemoved',
  data: { teamId, hash, because: 'asked' },
})
const set = (teamId: string, ...hashes: readonly string[]) =>
  ({ type: 'SetEnrollSecrets', data: { teamId, secrets: hashes.map(secret), because: 'asked' } }) as const

describe('Enroll secrets', () => {
  it('are as many per team as an admin likes, each once', () => {
    given(enrollSecrets, [])
      .when(set('7', 'a', 'b', 'a'))
      .then([added('7', 'a'), added('7', 'b')])
      .andAgainNothing()
  })

  it('go when they are left out, and leave those of other teams alone', () => {
    given(enrollSecrets, [added('7', 'a'), added('7', 'b'), added('8', 'c')])
      .when(set('7', 'b', 'd'))
      .then([added('7', 'd'), removed('7', 'a')])
      .when(set('7'))
      .then([removed('7', 'b'), removed('7', 'd')])
      .thenState((state) => {
        assert.deepEqual(Object.keys(state), ['c'])
      })
  })

  it('lead to one team only', () => {
    given(enrollSecrets, [added('8', 'c')])
      .when(set('7', 'c'))
      .thenRejected('already-exists')
    given(enrollSecrets, [added('8', 'c'), removed('8', 'c')])
      .when(set('7', 'c'))
      .then([added('7', 'c')])
  })

  it('are listed from the oldest on', () => {
    given(enrollSecrets, [
      added('7', 'later', '2026-03-02T00:00:00.000Z'),
      added('7', 'earlier', '2026-03-01T00:00:00.000Z'),
      added('0', 'other'),
    ]).thenState((state) => {
      assert.deepEqual(
        secretsOf(state, '7').map(([hash]) => hash),
        ['earlier', 'later'],
      )
    })
  })

  it('are recorded as shown whenever there was one to show', () => {
    const show = { type: 'ShowEnrollSecrets', data: { teamId: '7' } } as const
    given(enrollSecrets, [added('7', 'a'), added('8', 'c')])
      .when(show)
      .then([{ type: 'EnrollSecretsShown', data: { teamId: '7', count: 1 } }])
    given(enrollSecrets, [added('8', 'c')])
      .when(show)
      .thenNothing()
  })
})
