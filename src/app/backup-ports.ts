/** One table of a backup, and then its rows: every value as the database writes it in text, in the order of the columns. */
export type BackedUpTable = Readonly<{ kind: 'table'; name: string; columns: readonly string[] }>
export type BackedUpRows = Readonly<{ kind: 'rows'; rows: readonly (readonly (string | null)[])[] }>

/** What only the database holds: the log (where it lies there) and the operational tables, all of one moment. Read models are made anew. */
export type BackupSource = Readonly<{
  /** False when the log lies in an event store of its own, which must be backed up beside. */
  holdsLog: boolean
  /** One table after the other. It holds a transaction open until it ends; whoever stops early ends it. */
  tables: () => AsyncIterable<BackedUpTable | BackedUpRows>
}>

/** What takes a backup in. */
export type BackupTarget = Readonly<{
  /** True when nothing that a backup holds is there yet. */
  isEmpty: () => Promise<boolean>
  /** Writes all tables in one transaction. Throws for a table or column that this version does not know. */
  fill: (tables: AsyncIterable<BackedUpTable | BackedUpRows>) => Promise<void>
}>
