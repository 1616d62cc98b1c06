import type { Answer } from '../commands/answer.ts'
import { detailOf } from '../commands/answer.ts'
import type { CustodyEvent } from './events.ts'
import type { Custody } from './state.ts'

/** What an answered command means for the lock on the host that it was about. */
export const custodyConsequences = (
  { commandId, outcome, errors }: Answer,
  { pending, means }: Custody,
): readonly CustodyEvent[] => {
  if (pending?.commandId !== commandId) return []
  if (outcome !== 'acknowledged') {
    const data = { commandId, detail: detailOf(outcome, errors) }
    if (pending.action === 'lock') return [{ type: 'LockFailed', data }]
    return [pending.action === 'wipe' ? { type: 'WipeFailed', data } : { type: 'UnlockFailed', data }]
  }
  if (pending.action === 'lock') return [{ type: 'HostLocked', data: { commandId } }]
  return pending.action === 'wipe'
    ? [{ type: 'HostWiped', data: { commandId } }]
    : [{ type: 'HostUnlocked', data: { because: means === 'script' ? 'script-ran' : 'lost-mode-ended' } }]
}
