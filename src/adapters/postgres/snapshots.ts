import { promisify } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { Pool } from 'pg'
import type { Log } from '../../app/ports.ts'
import type { Snapshots } from '../../app/snapshot-ports.ts'

export type PostgresSnapshotOptions = Readonly<{
  pool: Pool
  /** What tells the rules by which states come about from all others. */
  rules: string
  logger: Log
}>

/** A state of more bytes is not kept. */
export const largestState = 4 * 1024 * 1024

/** Those that other rules made, or that nobody renewed for so long, are let go of at the next start. */
const letGo = `delete from snapshots where kept_at < now() - interval '30 days' or (rules <> $1 and kept_at < now() - interval '1 day')`

/** In the table `snapshots`, a row per stream. */
export const postgresSnapshots = ({ pool, rules, logger }: PostgresSnapshotOptions): Snapshots => {
  const told = new Set<string>()
  /** Once each: without a snapshot, all is read. */
  const quietly = (what: string, error: unknown): null => {
    if (!told.has(what)) logger.warn({ err: error }, what)
    told.add(what)
    return null
  }
  void pool.query(letGo, [rules]).catch((error: unknown) => quietly('Old snapshots were not let go of.', error))

  return {
    find: async (stream) => {
      try {
        const { rows } = await pool.query<{ revision: string; event_id: string; state: Buffer }>({
          name: 'snapshot_find',
          text: 'select revision, event_id, state from snapshots where stream = $1 and rules = $2',
          values: [stream, rules],
        })
        const [row] = rows
        if (row === undefined) return null
        const state = deserialize(await inflated(row.state, { maxOutputLength: largestState })) as unknown
        return { revision: Number(row.revision), eventId: row.event_id, state }
      } catch (error) {
        return quietly('A snapshot cannot be read; its stream is read whole.', error)
      }
    },

    keep: async (stream, { revision, eventId, state }) => {
      try {
        const bytes = serialize(state)
        if (bytes.length > largestState) return
        await pool.query({
          name: 'snapshot_keep',
          text: `insert into snapshots as s (stream, rules, revision, event_id, state) values ($1, $2, $3, $4, $5)
            on conflict (stream) do update set rules = excluded.rules, revision = excluded.revision, event_id = excluded.event_id,
              state = excluded.state, kept_at = now()
            where s.rules <> excluded.rules or s.revision < excluded.revision or s.kept_at < now() - interval '1 day'`,
          values: [stream, rules, revision, eventId, await deflated(bytes)],
        })
      } catch (error) {
        quietly('A snapshot was not kept.', error)
      }
    },
  }
}

const deflated = promisify<Buffer, Buffer>(deflateRaw)
const inflated = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw)
