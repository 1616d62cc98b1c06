import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { AuditEvent, ExportWish, SignedCheckpoint } from './events.ts'

export type AuditCommand =
  | { type: 'Checkpoint'; data: SignedCheckpoint }
  | { type: 'NoteExport'; data: ExportWish }
  | { type: 'NoteBackup'; data: Readonly<{ packages: number }> }

/** `last`: the latest checkpoint; null: there is none. */
export type Audit = Readonly<{ last: SignedCheckpoint | null }>

/** The id of the one stream. */
export const theAudit = 'main'

/** How the server vouches for its log: what was signed, and who took the log out. */
export const audit: Decider<AuditCommand, AuditEvent, Audit> = {
  category: 'audit',
  initial: { last: null },

  decide: decideBy<AuditCommand, AuditEvent, Audit>({
    Checkpoint: ({ data }, { last }) => (saysNews(data, last) ? [{ type: 'AuditCheckpointed', data }] : []),
    NoteExport: ({ data }) => [{ type: 'AuditExported', data }],
    NoteBackup: ({ data }) => [{ type: 'BackupTaken', data }],
  }),

  evolve: evolveBy<AuditEvent, Audit>({
    AuditCheckpointed: (_, { data }) => ({ last: data }),
    AuditExported: (state) => state,
    BackupTaken: (state) => state,
  }),
}

/**
 * How many events happened since the last checkpoint, if `count` events are chained: its own is one, and does not count. So no checkpoint gives
 * a reason for the next.
 */
export const eventsSince = (last: SignedCheckpoint | null, count: number): number =>
  last === null ? count : Math.max(0, count - last.count - 1)

const saysNews = ({ count }: SignedCheckpoint, last: SignedCheckpoint | null): boolean => eventsSince(last, count) > 0
