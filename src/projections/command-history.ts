import type { CommandEvent, DeviceError, HoldReason } from '../domain/commands/events.ts'
import type { SealedContent } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'
import type { HostCommandRow } from './host-commands.ts'
import { cancelledRows, hostCommandColumns, hostCommandKey, itsRow, queuedRows } from './host-commands.ts'

export type CommandRow = HostCommandRow &
  Readonly<{
    status: 'queued' | 'sent' | 'deferred' | 'acknowledged' | 'failed' | 'malformed' | 'cancelled'
    updated_at: string
    errors: readonly DeviceError[] | null
    result: SealedContent | null
    cancelled_because: string | null
    /** Why it stayed behind when its host last called; null: it did not. */
    held: HoldReason | null
    /** The number that a Windows device answered with; null: the usual one. */
    code: string | null
  }>

/** Every command ever queued, with how it ended. */
export const commandHistory: Projection<CommandEvent, CommandRow> = {
  name: 'commands',
  version: 3,
  schema: `${hostCommandColumns},
    status text not null,
    updated_at timestamptz not null,
    errors jsonb,
    result jsonb,
    cancelled_because text,
    held text,
    code text`,
  key: hostCommandKey,
  indexes: ['(command_id)', '(updated_at)'],

  on: {
    CommandsQueued: (event) =>
      queuedRows(event).map(({ where, set }) => ({ where, set: { ...set, status: 'queued', updated_at: event.at } })),
    CommandSent: (event) => ({ where: itsRow(event), change: { status: 'sent', held: null, updated_at: event.at } }),
    CommandHeld: (event) => ({ where: itsRow(event), change: { held: event.data.because, updated_at: event.at } }),
    CommandDeferred: (event) => ({ where: itsRow(event), change: { status: 'deferred', updated_at: event.at } }),
    CommandAnswered: (event) => {
      const { outcome, errors, result, code = null } = event.data
      return { where: itsRow(event), change: { status: outcome, errors, result, code, updated_at: event.at } }
    },
    CommandsCancelled: (event) =>
      cancelledRows(event).map((where) => ({
        where,
        change: { status: 'cancelled', cancelled_because: event.data.because, updated_at: event.at },
      })),
  },
}
