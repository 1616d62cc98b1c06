import type { Channel } from '../platforms.ts'
import type { Commands, WaitingCommand } from './state.ts'

/**
 * What lets others go first, all times ISO 8601: a command that was deferred since `notDeferredSince` is passed over, and one that was handed out before
 * `stuckBefore` and never answered goes last, so that it holds up nothing.
 */
export type Passing = Readonly<{ notDeferredSince: string; stuckBefore: string }>

export type Next = Readonly<{ commandId: string; waiting: WaitingCommand }>

/** The next command of a channel: by priority, then in the order of queueing. Null: none is to be handed out now. */
export const nextOn = ({ waiting: all }: Commands, channel: Channel, passing: Passing): Next | null => {
  let next: Next | null = null
  for (const [commandId, waiting] of all) {
    if (waiting.channel !== channel || isPassedOver(waiting, passing)) continue
    if (next === null || goesBefore(waiting, next.waiting, passing)) next = { commandId, waiting }
  }
  return next
}

const isPassedOver = ({ deferredAt }: WaitingCommand, { notDeferredSince }: Passing): boolean =>
  deferredAt !== null && deferredAt >= notDeferredSince

/** Of two that are alike, the one that was queued first does. */
const goesBefore = (one: WaitingCommand, other: WaitingCommand, { stuckBefore }: Passing): boolean => {
  const isStuck = ({ sentAt }: WaitingCommand): boolean => sentAt !== null && sentAt < stuckBefore
  return isStuck(one) === isStuck(other) ? one.priority > other.priority : isStuck(other)
}
