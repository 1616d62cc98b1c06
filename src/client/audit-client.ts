import type { Connection } from './connection.ts'

export type ForgetWish = Readonly<{ reason: string; confirm: string; force?: boolean }>

/** `host_ids`: the host, and other records of the same device. */
export type Forgotten = Readonly<{ host_ids: readonly number[]; forgotten_at: string | null; key_destroyed: boolean }>

/** `from` and `to`: times (ISO 8601) or positions, inclusive. */
export type AuditFilter = Readonly<{
  from?: string
  to?: string
  host?: number
  actor?: string
  type?: string
  category?: string
}>

export type Checkpoint = Readonly<{
  revision: number
  event_position: string
  position: string
  count: number
  link: string
  at: string
  key_id: string
  signature: string
}>

/** `chain`: where the chain over the log stands now; null: nothing is chained. */
export type Checkpoints = Readonly<{
  checkpoints: readonly Checkpoint[]
  chain: Readonly<{ count: number; position: string; link: string }> | null
  meta: Readonly<{ next: number | null }>
}>

export type AuditPublicKey = Readonly<{ algorithm: string; fingerprint: string; public_key: string }>

/** The log with what proves it. */
export type AuditClient = Readonly<{
  /** The bytes of an export as they come. An export that breaks off has no footer, and does not verify. */
  export: (filter?: AuditFilter) => Promise<AsyncIterable<Uint8Array>>
  /** The newest first; `before` is the revision where the page before ended. */
  checkpoints: (page?: Readonly<{ before?: number; limit?: number }>) => Promise<Checkpoints>
  key: () => Promise<AuditPublicKey>
}>

export const auditClient = ({ json, stream }: Pick<Connection, 'json' | 'stream'>): AuditClient => ({
  export: (filter = {}) => stream({ method: 'GET', path: '/audit/export', query: filter }),
  checkpoints: (page = {}) => json({ method: 'GET', path: '/audit/checkpoints', query: page }),
  key: () => json({ method: 'GET', path: '/audit/key' }),
})
