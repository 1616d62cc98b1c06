import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { AccountEnrollmentEvent } from './events.ts'

type Offer = OfType<AccountEnrollmentEvent, 'AccountEnrollmentOffered'>['data']

export type AccountEnrollmentCommand =
  | { type: 'OfferAccountEnrollment'; data: Offer }
  /** `now` is ISO 8601. */
  | { type: 'AcceptAccountEnrollment'; data: { now: string } }
  | { type: 'UseAccountEnrollment'; data: object }
  | { type: 'WithdrawAccountEnrollment'; data: object }

export type AccountEnrollment = Readonly<{
  stage: 'absent' | 'offered' | 'accepted' | 'used' | 'withdrawn'
  offer: Offer | null
}>

/** One invitation. Its code may be typed again until a profile went out: what a web view showed may have been lost on the way. */
export const accountEnrollment: Decider<AccountEnrollmentCommand, AccountEnrollmentEvent, AccountEnrollment> = {
  category: 'accountEnrollment',
  initial: { stage: 'absent', offer: null },

  decide: decideBy<AccountEnrollmentCommand, AccountEnrollmentEvent, AccountEnrollment>({
    OfferAccountEnrollment: ({ data }, { stage }) => {
      if (stage !== 'absent') reject('already-exists', 'This code was given before.', 'code')
      return [{ type: 'AccountEnrollmentOffered', data }]
    },
    AcceptAccountEnrollment: ({ data }, { stage, offer }) => {
      if (offer === null || (stage !== 'offered' && stage !== 'accepted') || offer.expiresAt <= data.now)
        return reject('not-found', 'This code is not known, was used before, or has ended.', 'code')
      return stage === 'accepted' ? [] : [{ type: 'AccountEnrollmentAccepted', data: {} }]
    },
    UseAccountEnrollment: (_, { stage }) => {
      if (stage !== 'accepted' && stage !== 'used') reject('not-found', 'This enrollment was withdrawn.')
      return stage === 'used' ? [] : [{ type: 'AccountEnrollmentUsed', data: {} }]
    },
    WithdrawAccountEnrollment: (_, { stage }) => {
      if (stage === 'absent') reject('not-found', 'This account enrollment does not exist.', 'id')
      return stage === 'withdrawn' || stage === 'used' ? [] : [{ type: 'AccountEnrollmentWithdrawn', data: {} }]
    },
  }),

  evolve: evolveBy<AccountEnrollmentEvent, AccountEnrollment>({
    AccountEnrollmentOffered: (_, { data }) => ({ stage: 'offered', offer: data }),
    AccountEnrollmentAccepted: (state) => ({ ...state, stage: 'accepted' }),
    AccountEnrollmentUsed: (state) => ({ ...state, stage: 'used' }),
    AccountEnrollmentWithdrawn: (state) => ({ ...state, stage: 'withdrawn' }),
  }),
}
