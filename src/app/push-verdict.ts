import type { Pushed } from './operational-ports.ts'
import type { PushOutcome } from './ports.ts'

/**
 * What is remembered of a push: why it was not taken, until one is. Of a token that was not taken (the wrong service, or a broken token) a push that
 * the service never judged says nothing: what is known of it stays.
 */
export const verdictOf = (outcome: PushOutcome | undefined): Pick<Pushed, 'problem' | 'unjudged'> => {
  if (outcome?.kind === 'bad-token' || outcome?.kind === 'refused') return { problem: outcome.reason.slice(0, 100) }
  if (outcome?.kind === 'sent' || outcome?.kind === 'unregistered') return { problem: null }
  return { problem: outcome?.reason.slice(0, 100) ?? null, unjudged: true }
}
