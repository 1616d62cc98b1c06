import type { Pool } from 'pg'
import type { Cursors } from '../../app/operational-ports.ts'

/** In the table `log_cursors`, a row per name. */
export const postgresCursors = (pool: Pool): Cursors => ({
  at: async (name) => {
    const { rows } = await pool.query<{ position: string }>('select position from log_cursors where name = $1', [name])
    return rows[0]?.position ?? null
  },
  start: async (name, position) => {
    await pool.query('insert into log_cursors (name, position) values ($1, $2) on conflict (name) do nothing', [name, position])
  },
  move: async (name, position) => {
    await pool.query(
      `insert into log_cursors (name, position) values ($1, $2)
       on conflict (name) do update set position = greatest(log_cursors.position, excluded.position)`,
      [name, position],
    )
  },
})
