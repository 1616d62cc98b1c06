import { createHash, randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { Carve, Carves } from '../../app/operational-ports.ts'
import type { Clock } from '../../app/ports.ts'
import type { Sealed } from '../../kernel/content.ts'

const unfinishedMs = 24 * 60 * 60 * 1000
const keptMs = 30 * unfinishedMs

/** How many carves of a host may be under way, and how many are kept of it. */
const mostOpen = 5
const mostKept = 100

/** In the tables `carves` and `carve_blocks`. Carves that stall and those that are old go when the next one begins. */
export const postgresCarves = (pool: Pool, clock: Clock): Carves => ({
  begin: async ({ hostId, carveId, requestId, blockCount, blockSize, size }) => {
    const now = clock().getTime()
    await pool.query(forget, [new Date(now - unfinishedMs), new Date(now - keptMs)])
    const session = randomBytes(24).toString('base64url')
    const { rows } = await pool.query<{ id: string }>(start, [
      ...[hashOf(session), hostId, carveId, requestId],
      ...[blockCount, blockSize, size],
      ...[new Date(now), mostOpen, mostKept],
    ])
    const [row] = rows
    return row === undefined ? null : { id: row.id, sessionId: session }
  },

  find: async (sessionId) => {
    const { rows } = await pool.query<CarveRow>(`select ${columns} from carves where session = $1`, [hashOf(sessionId)])
    return rows[0] === undefined ? null : carveOf(rows[0])
  },

  put: async (id, block, sealed) => {
    await pool.query(putBlock, [id, block, JSON.stringify(sealed), clock()])
  },

  page: async (limit, offset) => {
    const text = `select ${columns} from carves order by id desc limit $1 offset $2`
    return (await pool.query<CarveRow>(text, [limit, offset])).rows.map(carveOf)
  },

  get: async (id) => {
    const { rows } = await pool.query<CarveRow>(`select ${columns} from carves where id = $1`, [id])
    return rows[0] === undefined ? null : carveOf(rows[0])
  },

  block: async (id, block) => {
    const text = 'select sealed from carve_blocks where carve_id = $1 and block = $2'
    return (await pool.query<{ sealed: Sealed }>(text, [id, block])).rows[0]?.sealed ?? null
  },
})

const columns = `id::text, host_id, carve_id, request_id, block_count, block_size, size::text, received, started_at, finished_at`

const forget = `
  delete from carves where id in (
    select id from carves where (finished_at is null and started_at < $1) or started_at < $2 order by id limit 20)`

const start = `
  insert into carves (session, host_id, carve_id, request_id, block_count, block_size, size, started_at)
  select $1, $2, $3, $4, $5, $6, $7, $8
  where (select count(*) filter (where finished_at is null) < $9 and count(*) < $10 from carves where host_id = $2)
  returning id::text`

/** The same block may come again after a lost answer: the last one stands, and it counts once. */
const putBlock = `
  with put as (
    insert into carve_blocks (carve_id, block, sealed) values ($1, $2, $3)
    on conflict (carve_id, block) do update set sealed = excluded.sealed returning (xmax = 0) as added)
  update carves set received = received + (select count(*) from put where added),
    finished_at = case when received + (select count(*) from put where added) >= block_count then coalesce(finished_at, $4) end
  where id = $1`

type CarveRow = Readonly<{
  id: string
  host_id: string
  carve_id: string
  request_id: string
  block_count: number
  block_size: number
  size: string
  received: number
  started_at: string
  finished_at: string | null
}>

const carveOf = (row: CarveRow): Carve => ({
  id: row.id,
  hostId: row.host_id,
  carveId: row.carve_id,
  requestId: row.request_id,
  blockCount: row.block_count,
  blockSize: row.block_size,
  size: Number(row.size),
  received: row.received,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
})

const hashOf = (session: string): Buffer => createHash('sha256').update(session).digest()
