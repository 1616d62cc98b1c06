import type { Pool } from 'pg'
import type { Clock } from '../../app/ports.ts'
import type { Session, Sessions } from '../../app/session-ports.ts'

/** How long an ended session is remembered, ms: whoever still uses it is told that it ended, not that it is unknown. */
const rememberedMs = 7 * 24 * 60 * 60 * 1000

/** A few at a time, whenever one begins. */
const forget = `
  delete from user_sessions where id in (
    select id from user_sessions where ends_at < $1 order by ends_at limit 100 for update skip locked)`

const columns = 'id, user_id, kind, created_at, used_at, ends_at, address, agent'

type Row = Readonly<{
  id: string
  user_id: string
  kind: Session['kind']
  created_at: string
  used_at: string
  ends_at: string
  address: string
  agent: string
}>

export const postgresSessions = (pool: Pool, clock: Clock): Sessions => ({
  begin: async ({ id, userId, kind, createdAt, usedAt, endsAt, address, agent }) => {
    const values = [id, userId, kind, createdAt, usedAt, endsAt, address, agent]
    await pool.query(`insert into user_sessions (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8)`, values)
    await pool.query(forget, [new Date(clock().getTime() - rememberedMs)])
  },

  find: async (id) => {
    const text = `select ${columns} from user_sessions where id = $1`
    const { rows } = await pool.query<Row>({ name: 'find-session', text, values: [id] })
    const [row] = rows
    return row === undefined ? null : sessionOf(row)
  },

  touch: async (id) => {
    await pool.query('update user_sessions set used_at = $2 where id = $1 and used_at < $2', [id, clock()])
  },

  ofUser: async (userId) => {
    const text = `select ${columns} from user_sessions where user_id = $1 and ends_at > $2 order by created_at desc, id limit 100`
    return (await pool.query<Row>(text, [userId, clock()])).rows.map(sessionOf)
  },

  end: async (id) => {
    await pool.query('delete from user_sessions where id = $1', [id])
  },

  endAllOf: async (userId, but) => {
    const text = 'delete from user_sessions where user_id = $1 and ($2::text is null or id <> $2) returning id'
    return (await pool.query<Pick<Row, 'id'>>(text, [userId, but])).rows.map(({ id }) => id)
  },
})

const sessionOf = (row: Row): Session => ({
  id: row.id,
  userId: row.user_id,
  kind: row.kind,
  createdAt: row.created_at,
  usedAt: row.used_at,
  endsAt: row.ends_at,
  address: row.address,
  agent: row.agent,
})
