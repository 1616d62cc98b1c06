import type { Answer } from '../commands/answer.ts'
import { detailOf } from '../commands/answer.ts'
import type { RenewalEvent } from './events.ts'
import type { Renewal } from './renewal.ts'
import { failed } from './renewal.ts'

/**
 * What the answer to a renewal means. A host acknowledges after its token came with the new certificate; when that is still missing, the
 * host has the profile and not the identity.
 */
export const renewalConsequences = ({ commandId, outcome, errors }: Answer, now: Renewal): readonly RenewalEvent[] => {
  if (now.stage !== 'requested' || now.commandId !== commandId) return []
  return outcome === 'acknowledged'
    ? [failed(now, 'not-renewed', 'The host took the profile, and goes on with its old certificate.')]
    : [failed(now, 'refused', detailOf(outcome, errors))]
}
