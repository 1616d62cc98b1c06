import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Clock } from '../../app/ports.ts'
import type { SsoAttempts } from '../../app/session-ports.ts'

/** More than people sign in within ten minutes anywhere; what anybody may begin must have an end. */
const mostUnderWay = 10_000

export const postgresSsoAttempts = (pool: Pool, clock: Clock): SsoAttempts => ({
  begin: async (state, validMs) => {
    const now = clock()
    await pool.query('delete from sso_attempts where expires_at <= $1', [now])
    const text = `insert into sso_attempts (hash, expires_at)
      select $1, $2 where (select count(*) from sso_attempts) < $3`
    const { rowCount } = await pool.query(text, [hashOf(state), new Date(now.getTime() + validMs), mostUnderWay])
    return rowCount === 1
  },

  take: async (state) => {
    const text = 'delete from sso_attempts where hash = $1 returning expires_at > $2 as valid'
    const { rows } = await pool.query<Readonly<{ valid: boolean }>>(text, [hashOf(state), clock()])
    return rows[0]?.valid ?? false
  },
})

const hashOf = (state: string): Buffer => createHash('sha256').update(state).digest()
