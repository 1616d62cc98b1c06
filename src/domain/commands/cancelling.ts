import type { CancelReason, CommandEvent } from './events.ts'
import type { Channel } from '../platforms.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { isBeyond } from './needs.ts'
import type { Commands } from './state.ts'

/** Cancels every command that waits on the host. */
export const cancelAll = (commands: Commands, because: CancelReason): readonly CommandEvent[] =>
  cancelled([...commands.waiting.keys()], because)

/** Cancels every command that waits on one channel of the host. */
export const cancelOn = (commands: Commands, channel: Channel, because: CancelReason): readonly CommandEvent[] =>
  cancelled(
    [...commands.waiting].filter(([, waiting]) => waiting.channel === channel).map(([commandId]) => commandId),
    because,
  )

/** Cancels those of the given commands that still wait. */
export const cancelSome = (commands: Commands, commandIds: readonly string[], because: CancelReason): readonly CommandEvent[] =>
  cancelled(
    commandIds.filter((commandId) => commands.waiting.has(commandId)),
    because,
  )

/** Cancels what the host's system is now known not to take any more: it could only fail. */
export const cancelDropped = (commands: Commands, enrollment: Pick<Enrollment, 'platform' | 'facts'>): readonly CommandEvent[] =>
  cancelled(
    [...commands.waiting]
      .filter(([, { until }]) => until !== null && isBeyond(enrollment, until))
      .map(([commandId]) => commandId),
    'system-dropped-it',
  )

const cancelled = (commandIds: readonly string[], because: CancelReason): readonly CommandEvent[] =>
  commandIds.length === 0 ? [] : [{ type: 'CommandsCancelled', data: { commandIds, because } }]
