import type { WorkTable } from '../../kernel/work.ts'
import type { NameEvent } from './events.ts'

/** How long a claim may stand without its holder: longer than any request lives. */
const graceMs = 2 * 60 * 1000

export const work: WorkTable<NameEvent> = {
  NamesClaimed: ({ id, at, data }) => [
    { kind: 'release-names', key: `${id}/${data.holder}`, dueAt: new Date(Date.parse(at) + graceMs).toISOString() },
  ],
}
