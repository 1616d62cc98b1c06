import { holdReasons } from '../../../domain/commands/words.ts'
import type { ListedCommand } from '../../../projections/command-directory.ts'

/** What happens next to a command that waits, and what it waits for; null when it is over. */
export type NextStep = Readonly<{
  waits_for: 'a-push' | 'a-call' | 'an-answer' | 'a-better-moment' | 'a-user'
  text: string
}>

/** Says it in one sentence that an admin can act on. */
export const nextStepOf = (
  row: Pick<ListedCommand, 'status' | 'channel' | 'pushed_at' | 'updated_at' | 'deadline' | 'queued_at' | 'held' | 'platform'>,
): NextStep | null => {
  const until = row.deadline === null ? '' : ` It is given up at ${isoOf(row.deadline)}.`
  const pushed = row.pushed_at !== null && Date.parse(row.pushed_at) >= Date.parse(row.queued_at)
  switch (row.status) {
    case 'queued':
      if (row.channel === 'agent')
        return {
          waits_for: 'a-call',
          text: `The agent on the host fetches the script when it asks for its configuration.${until}`,
        }
      if (row.channel !== 'device') return { waits_for: 'a-user', text: `The user must log in and the host call for it.${until}` }
      if (row.held !== null) return { waits_for: holds[row.held], text: `${holdReasons[row.held]}${until}` }
      return pushed
        ? {
            waits_for: 'a-call',
            text: `The host was woken at ${isoOf(row.pushed_at ?? '')} and fetches the command when it calls; it is woken again until then.${until}`,
          }
        : { waits_for: 'a-push', text: `The host is about to be woken, or fetches the command when it calls.${until}` }
    case 'sent':
      return {
        waits_for: 'an-answer',
        text: `The host has the command since ${isoOf(row.updated_at)}; it is handed out again when the host calls without an answer.${until}`,
      }
    case 'deferred':
      return {
        waits_for: 'a-better-moment',
        text: `The host said ${row.platform === 'windows' ? 'that it cannot do it now' : 'NotNow'} at ${isoOf(row.updated_at)}; it is offered again in its next session, and the host is woken for it.${until}`,
      }
    case 'acknowledged':
    case 'failed':
    case 'malformed':
    case 'cancelled':
      return null
  }
}

const holds = { 'no-user': 'a-user', 'user-session': 'a-call', 'device-session': 'a-call' } as const

const isoOf = (time: string): string => new Date(time).toISOString()
