import type { Pushed } from './operational-ports.ts'
import type { PushOutcome } from './ports.ts'

/**
 * What is remembered of a push: a token that was not taken (the wrong service, the wrong certificate, or a broken token) stands as a problem until one
 * is taken. A push that the service never judged says nothing of the token.
 */
export const verdictOf = (outcome: PushOutcome | undefined): Pick<Pushed, 'problem' | 'unjudged'> => {
  if (outcome?.kind === 'bad-token' || outcome?.kind === 'refused') return { problem: outcome.reason }
  const isJudged = outcome?.kind === 'sent' || outcome?.kind === 'unregistered'
  return isJudged ? { problem: null } : { problem: null, unjudged: true }
}
