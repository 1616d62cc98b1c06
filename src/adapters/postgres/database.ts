import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Database, Log } from '../../app/ports.ts'
import type { Sql } from '../../kernel/projection.ts'
import type { Query } from '../../kernel/query.ts'
import { sqlOf } from './apply-batch.ts'
import { overlay } from './apply-now.ts'
import { openPool, sqlStateOf, valuesOf } from './connections.ts'
import { hypothetically } from './hypothetically.ts'

export type DatabaseOptions = Readonly<{
  url: string
  logger: Log
  /** The most questions at a time (default 10). As many connections again serve `applyNow`, at most 8. */
  connections?: number
}>

/**
 * The read models' database. Rows hold times as ISO 8601 strings and `bigint`s as numbers, as projections write them. Errors are those of
 * `pg`, of the connection as of the statement.
 */
export const postgresDatabase = ({ url, logger, connections = 10 }: DatabaseOptions): Database => {
  const pool = openPool({ url, max: connections, name: 'questions', logger })
  const ahead = openPool({ url, max: Math.min(8, connections), name: 'overlay', logger, pipeline: true })
  const plans = openPool({ url, max: 2, name: 'plans', logger })
  return {
    read: (question) => read(pool, question),
    transaction: (body) => inTransaction(pool, body),
    applyNow: overlay(ahead),
    hypothetically: hypothetically(plans),
    close: async () => {
      await Promise.all([pool.end(), ahead.end(), plans.end()])
    },
  }
}

const read = async <Row>(pool: Pool, { text, values }: Query<Row>): Promise<readonly Row[]> => {
  try {
    return (await pool.query({ name: nameOf(text), text, values: valuesOf(values) })).rows as readonly Row[]
  } catch (error) {
    // A statement that was prepared before a new version of its read model was shown, with other columns.
    if (sqlStateOf(error) !== featureNotSupported) throw error
    return (await pool.query(text, valuesOf(values))).rows as readonly Row[]
  }
}

/** "cached plan must not change result type" */
const featureNotSupported = '0A000'

const names = new Map<string, string>()

/** More texts than this are made at run time, and are not worth preparing. */
const mostNames = 1000

const nameOf = (text: string): string => {
  const known = names.get(text)
  if (known !== undefined) return known
  if (names.size >= mostNames) return ''
  const name = `q_${createHash('sha1').update(text).digest('base64url')}`
  names.set(text, name)
  return name
}

const inTransaction = async <T>(pool: Pool, body: (sql: Sql) => Promise<T>): Promise<T> => {
  const client = await pool.connect()
  const ignored = (): void => undefined
  client.on('error', ignored)
  let broken: Error | undefined
  try {
    await client.query('begin')
    try {
      const result = await body(sqlOf(client))
      const { command } = await client.query('commit')
      if (command !== 'COMMIT') throw new Error('The transaction was rolled back, because one of its statements failed.')
      return result
    } catch (error) {
      await client.query('rollback').catch((lost: unknown) => (broken = lost as Error))
      throw error
    }
  } finally {
    client.off('error', ignored)
    client.release(broken)
  }
}
