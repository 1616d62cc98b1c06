/** What an export was asked for; null: everything. */
export type ExportWish = Readonly<{
  from: string | null
  to: string | null
  host: string | null
  actor: string | null
  type: string | null
  category: string | null
}>

/** What the server vouches for: after `count` events, the last of them at `position`, the chain stood at `link`. Signed; `at` is ISO 8601. */
export type SignedCheckpoint = Readonly<{
  position: string
  count: number
  link: string
  at: string
  keyId: string
  signature: string
}>

export type AuditEvent =
  | { type: 'AuditCheckpointed'; data: SignedCheckpoint }
  /** The log, or a part of it, was handed out. */
  | { type: 'AuditExported'; data: ExportWish }
  /** All that the server keeps was handed out; what was sealed stayed sealed. */
  | { type: 'BackupTaken'; data: Readonly<{ packages: number }> }
