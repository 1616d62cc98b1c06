import type { CancelReason, CommandEvent } from './events.ts'
import type { Channel } from '../platforms.ts'
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

const cancelled = (commandIds: readonly string[], because: CancelReason): readonly CommandEvent[] =>
  commandIds.length === 0 ? [] : [{ type: 'CommandsCancelled', data: { commandIds, because } }]
