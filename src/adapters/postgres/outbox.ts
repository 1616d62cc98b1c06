import type { Pool } from 'pg'
import type { Delivery, Outbox } from '../../app/operational-ports.ts'
import type { Clock } from '../../app/ports.ts'

/** So many may wait in all; a receiver that is away for days must not fill the disk. */
const most = 200_000

const put = `
  insert into webhook_deliveries (enrollment_id, sealed, created_at)
  select $1, $2, $3 where (select count(*) from (select from webhook_deliveries limit $4) w) < $4`

export const postgresOutbox = (pool: Pool, clock: Clock, limit = most): Outbox => ({
  put: async (enrollmentId, sealed) =>
    ((await pool.query({ name: 'outbox-put', text: put, values: [enrollmentId, sealed, clock(), limit] })).rowCount ?? 0) > 0,
  next: async (enrollmentId, count) => {
    const text =
      'select id, sealed, created_at as "createdAt" from webhook_deliveries where enrollment_id = $1 order by id limit $2'
    return (await pool.query<Delivery>(text, [enrollmentId, count])).rows
  },
  remove: async (ids) => {
    if (ids.length > 0) await pool.query('delete from webhook_deliveries where id = any($1::bigint[])', [ids])
  },
  waiting: async (count) => {
    const { rows } = await pool.query<{ id: string }>('select distinct enrollment_id as id from webhook_deliveries limit $1', [
      count,
    ])
    return rows.map(({ id }) => id)
  },
})
