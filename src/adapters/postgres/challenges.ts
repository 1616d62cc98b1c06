import { createHash, randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { Challenges, ChallengeUse } from '../../app/operational-ports.ts'
import type { Clock } from '../../app/ports.ts'

/** The first request to present a challenge takes it; the same one may come again after a lost reply. One statement: no race. */
const use = `
  update scep_challenges set transaction_id = coalesce(transaction_id, $2), csr_hash = coalesce(csr_hash, $3)
  where hash = $1 returning transaction_id = $2 and csr_hash = $3 as mine, expires_at < $4 as expired`

export const postgresChallenges = (pool: Pool, clock: Clock): Challenges => ({
  issue: async (validMs) => {
    const challenge = randomBytes(24).toString('base64url')
    const now = clock().getTime()
    await pool.query('insert into scep_challenges (hash, expires_at) values ($1, $2)', [
      hashOf(challenge),
      new Date(now + validMs),
    ])
    return challenge
  },

  use: async (challenge, { transactionId, csrHash }): Promise<ChallengeUse> => {
    const values = [hashOf(challenge), transactionId, csrHash, clock()]
    const { rows } = await pool.query<{ mine: boolean; expired: boolean }>({ name: 'use-challenge', text: use, values })
    const [row] = rows
    if (row === undefined) return 'unknown'
    if (!row.mine) return 'used'
    return row.expired ? 'expired' : 'accepted'
  },
})

const hashOf = (challenge: string): Buffer => createHash('sha256').update(challenge).digest()
