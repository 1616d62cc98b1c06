import assert from 'node:assert/strict'
import { accountEnrollment } from '../../../src/domain/account-enrollments/account-enrollment.ts'
import { given } from '../../support/given.ts'

const offer = {
  managedAccount: 'ann@example.com',
  ownership: 'personal',
  teamId: '7',
  expiresAt: '2026-03-08T12:00:00.000Z',
} as const
const offered = { type: 'AccountEnrollmentOffered', data: offer } as const
const accepted = { type: 'AccountEnrollmentAccepted', data: {} } as const
const used = { type: 'AccountEnrollmentUsed', data: {} } as const
const withdrawn = { type: 'AccountEnrollmentWithdrawn', data: {} } as const
const accept = (now = '2026-03-08T11:59:59.999Z') => ({ type: 'AcceptAccountEnrollment', data: { now } }) as const
const use = { type: 'UseAccountEnrollment', data: {} } as const
const withdraw = { type: 'WithdrawAccountEnrollment', data: {} } as const

describe('An invitation to enroll with an account', () => {
  it('is accepted with its code, then used for one enrollment', () => {
    given(accountEnrollment, [])
      .when({ type: 'OfferAccountEnrollment', data: offer })
      .then([offered])
      .when(accept())
      .then([accepted])
      .andAgainNothing()
      .when(use)
      .then([used])
      .andAgainNothing()
      .thenState(({ offer: kept }) => {
        assert.deepEqual(kept, offer)
      })
  })

  it('is offered under a code that was never given before', () => {
    given(accountEnrollment, [offered, withdrawn])
      .when({ type: 'OfferAccountEnrollment', data: offer })
      .thenRejected('already-exists')
  })

  it('is not accepted when it is not there, has ended, was used or withdrawn', () => {
    given(accountEnrollment, []).when(accept()).thenRejected('not-found')
    given(accountEnrollment, [offered]).when(accept('2026-03-08T12:00:00.000Z')).thenRejected('not-found')
    given(accountEnrollment, [offered, accepted, used]).when(accept()).thenRejected('not-found')
    given(accountEnrollment, [offered, withdrawn]).when(accept()).thenRejected('not-found')
  })

  it('is not used unless it was accepted, nor after it was withdrawn', () => {
    given(accountEnrollment, [offered]).when(use).thenRejected('not-found')
    given(accountEnrollment, [offered, accepted, withdrawn]).when(use).thenRejected('not-found')
  })

  it('can be withdrawn until it is used', () => {
    given(accountEnrollment, [offered, accepted]).when(withdraw).then([withdrawn]).andAgainNothing()
    given(accountEnrollment, [offered, accepted, used]).when(withdraw).thenNothing()
    given(accountEnrollment, []).when(withdraw).thenRejected('not-found')
  })
})
