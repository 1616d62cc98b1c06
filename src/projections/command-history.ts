import type { CommandEvent, DeviceError } from '../domain/commands/events.ts'
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
  }>

/** Every command ever queued, with how it ended. */
export const commandHistory: Projection<CommandEvent, CommandRow> = {
  name: 'commands',
  version: 2,
  schema: `${hostCommandColumns},
    status text not null,
    updated_at timestamptz not null,
    errors jsonb,
    result jsonb,
    cancelled_because text`,
  key: hostCommandKey,
  indexes: ['(command_id)', '(updated_at)'],

  on: {
    CommandsQueued: (event) =>
      queuedRows(event).map(({ where, set }) => ({ where, set: { ...set, status: 'queued', updated_at: event.at } })),
    CommandSent: (event) => ({ where: itsRow(event), change: { status: 'sent', updated_at: event.at } }),
    CommandDeferred: (event) => ({ where: itsRow(event), change: { status: 'deferred', updated_at: event.at } }),
    CommandAnswered: (event) => {
      const { outcome, errors, result } = event.data
      return { where: itsRow(event), change: { status: outcome, errors, result, updated_at: event.at } }
    },
    CommandsCancelled: (event) =>
      cancelledRows(event).map((where) => ({
        where,
        change: { status: 'cancelled', cancelled_because: event.data.because, updated_at: event.at },
      })),
  },
}
