import type { Slice } from '../../kernel/slice.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { mustBeEnrolled } from '../enrollment/state.ts'
import type { TokenEvent } from './events.ts'

export type TokenCommand = { type: 'IssueToken'; data: TokenEvent['data'] }

type Sees = Readonly<{ enrollment: Enrollment }>

/** Tokens that a host was given. Every one is a fact of its own; nothing is decided by those before. */
export const tokens: Slice<TokenCommand, TokenEvent, null, Sees> = {
  initial: null,

  decide: {
    IssueToken: ({ data }, { enrollment }) => {
      mustBeEnrolled(enrollment)
      return [{ type: 'TokenIssued', data }]
    },
  },

  evolve: {
    TokenIssued: (state) => state,
  },
}
