import type { CancelReason, CommandEvent } from './events.ts'
import type { Commands } from './state.ts'

/** Cancels every command that waits on the host. */
export const cancelAll = (commands: Commands, because: CancelReason): readonly CommandEvent[] =>
  cancelled([...commands.waiting.keys()], because)

/** Cancels those of the given commands that still wait. */
export const cancelSome = (commands: Commands, commandIds: readonly string[], because: CancelReason): readonly CommandEvent[] =>
  cancelled(
    commandIds.filter((commandId) => commands.waiting.has(commandId)),
    because,
  )

const cancelled = (commandIds: readonly string[], because: CancelReason): readonly CommandEvent[] =>
  commandIds.length === 0 ? [] : [{ type: 'CommandsCancelled', data: { commandIds, because } }]
