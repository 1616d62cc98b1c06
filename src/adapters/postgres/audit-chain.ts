import type { Pool } from 'pg'
import type { AuditChain, ChainPlace } from '../../app/operational-ports.ts'
import type { Log } from '../../app/ports.ts'
import { StoreUnavailable } from '../../app/projection-store.ts'
import { isUnavailable } from './connections.ts'
import { waitToLead } from './leadership.ts'

export type AuditChainOptions = Readonly<{ pool: Pool; url: string; logger: Log }>

/** Places further apart than this are kept; between them only the farthest is. */
const apart = 1000

/** In the table `audit_chain`. `url` is where a connection of its own, which leading needs, goes. */
export const postgresAuditChain = ({ pool, url, logger }: AuditChainOptions): AuditChain => {
  const ask = async (text: string, values: readonly unknown[] = []) => {
    try {
      return await pool.query<ChainPlace>(text, [...values])
    } catch (error) {
      throw isUnavailable(error) ? new StoreUnavailable('The chain cannot be reached.', { cause: error }) : error
    }
  }
  const one = async (condition: string, values: readonly unknown[] = []): Promise<ChainPlace | null> =>
    (await ask(`select number, position, link, latest from audit_chain ${condition} order by number desc limit 1`, values))
      .rows[0] ?? null

  return {
    head: () => one(''),
    before: (position) => one('where position < $1', [position]),
    earlierThan: (time) => one('where latest < $1', [time]),
    advance: async (from, to) => {
      const values = [from?.number ?? 0, from?.link ?? null, to.number, to.position, to.link, to.latest, apart]
      return (await ask(advance, values)).rowCount === 1
    },
    lead: (signal) => waitToLead({ url, logger, signal, post: 'audit' }),
  }
}

/** The place that is left goes, unless it is the first of its thousand. */
const advance = `
  with head as (select number, link from audit_chain order by number desc limit 1),
    here as (select where coalesce((select number from head), 0) = $1::bigint and (select link from head) is not distinct from $2::text),
    thinned as (
      delete from audit_chain where number = $1 and number / $7::bigint = $3::bigint / $7::bigint and exists (select from here))
  insert into audit_chain (number, position, link, latest) select $3::bigint, $4, $5, $6 from here on conflict do nothing`
