import type { Pool, PoolClient } from 'pg'
import type { Database } from '../../app/ports.ts'
import { TookTooLong } from '../../app/ports.ts'
import { StoreUnavailable } from '../../app/projection-store.ts'
import { sqlOf } from './apply-batch.ts'
import { isUnavailable, sqlStateOf } from './connections.ts'

/** `Database.hypothetically` over a pool of its own: what nobody waits for must not keep connections from those who do. */
export const hypothetically =
  (pool: Pool): Database['hypothetically'] =>
  async (body, limitMs) => {
    const until = performance.now() + limitMs
    const client = await turn(pool)
    let broken: Error | undefined
    const note = (error: Error): void => void (broken = error)
    client.on('error', note)
    const sql = sqlOf(client)
    try {
      await client.query(`begin isolation level repeatable read; set local statement_timeout = ${String(Math.ceil(limitMs))}`)
      return await body((text, values) => {
        if (performance.now() > until) throw tooLong()
        return sql(text, values)
      })
    } catch (error) {
      if (sqlStateOf(error) === queryCanceled) throw tooLong(error)
      if (isUnavailable(error)) throw new StoreUnavailable('The read models cannot be reached.', { cause: error })
      throw error
    } finally {
      await client.query('rollback').catch(note)
      client.off('error', note)
      client.release(broken)
    }
  }

const queryCanceled = '57014'

const tooLong = (cause?: unknown): TookTooLong =>
  new TookTooLong('This takes too long to work out; ask for less at once, or later.', { cause })

const turn = async (pool: Pool): Promise<PoolClient> => {
  try {
    return await pool.connect()
  } catch (error) {
    if (pool.waitingCount > 0 || pool.totalCount >= pool.options.max)
      throw new TookTooLong('Others have this worked out at the same time; ask again in a while.', { cause: error })
    throw new StoreUnavailable('The read models cannot be reached.', { cause: error })
  }
}
