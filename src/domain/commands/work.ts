import type { WorkTable } from '../../kernel/work.ts'
import type { CommandEvent } from './events.ts'

/** Who has a command waiting must be told to come and get it. */
export const work: WorkTable<CommandEvent> = {
  CommandsQueued: ({ id }) => [{ kind: 'wake', key: id }],
}
