import { createHash, randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { Challenges, ChallengeUse } from '../../app/operational-ports.ts'
import type { Clock } from '../../app/ports.ts'

/** The first request to present a challenge takes it; the same one may come again after a lost reply. One statement: no race. */
const use = `
  update scep_challenges set transaction_id = coalesce(transaction_id, $2), csr_hash = coalesce(csr_hash, $3)
  where hash = $1 returning transaction_id = $2 and csr_hash = $3 as mine, expires_at < $4 as expired, terms`

/** What ended so long ago that nobody can ask for it again; a few at a time, whenever one is made. */
const forget = `
  delete from scep_challenges where hash in (
    select hash from scep_challenges where expires_at < $1 order by expires_at limit 100 for update skip locked)`

/** How long an ended challenge is remembered, ms: a late request is told that it is expired, not that it is unknown. */
const rememberedMs = 30 * 24 * 60 * 60 * 1000

export const postgresChallenges = (pool: Pool, clock: Clock): Challenges => ({
  issue: async (validMs, terms) => {
    const challenge = randomBytes(24).toString('base64url')
    const now = clock().getTime()
    await pool.query('insert into scep_challenges (hash, expires_at, terms) values ($1, $2, $3)', [
      hashOf(challenge),
      new Date(now + validMs),
      terms,
    ])
    await pool.query(forget, [new Date(now - rememberedMs)])
    return challenge
  },

  use: async (challenge, { transactionId, csrHash }): Promise<ChallengeUse> => {
    const values = [hashOf(challenge), transactionId, csrHash, clock()]
    const { rows } = await pool.query<UsedRow>({ name: 'use-challenge', text: use, values })
    const [row] = rows
    if (row === undefined) return { kind: 'unknown' }
    if (!row.mine) return { kind: 'used' }
    return row.expired ? { kind: 'expired' } : { kind: 'accepted', terms: row.terms }
  },
})

type UsedRow = Readonly<{ mine: boolean; expired: boolean; terms: unknown }>

const hashOf = (challenge: string): Buffer => createHash('sha256').update(challenge).digest()
