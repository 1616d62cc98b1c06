import type { Answer } from '../commands/answer.ts'
import type { Channel } from '../platforms.ts'
import type { Declarations } from './state.ts'
import type { DeclarationEvent } from './events.ts'

/** A channel that took the word that there is news goes to fetch it. */
export const declarationConsequences = (
  { request, outcome }: Answer,
  channel: Channel,
  { assigned }: Declarations,
): readonly DeclarationEvent[] => {
  if (request.kind !== 'sync-declarations' || outcome !== 'acknowledged') return []
  const profileIds = Object.values(assigned)
    .filter((one) => one.status === 'pending' && one.channel === channel)
    .map(({ profileId }) => profileId)
  return profileIds.length === 0 ? [] : [{ type: 'DeclarationsTaken', data: { profileIds } }]
}
