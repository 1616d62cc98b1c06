import pg from 'pg'
import type { Log } from '../../app/ports.ts'
import type { SqlValue } from '../../kernel/query.ts'

export type PoolOptions = Readonly<{ url: string; max: number; name: string; logger: Log; pipeline?: boolean }>

/**
 * A pool whose rows hold what went in: times as ISO 8601 strings, `bigint` as a number where that is exact (else as a string), dates as
 * they are written. A lost idle connection is logged and replaced.
 */
export const openPool = ({ url, max, name, logger, pipeline = false }: PoolOptions): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    pipeline,
    application_name: `muster ${name}`,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types,
  })
  pool.on('error', (error) => {
    logger.warn({ pool: name, error: error.message }, 'A database connection was lost.')
  })
  return pool
}

const dateOf = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text') as (text: string) => unknown

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [pg.types.builtins.INT8]: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text),
  [pg.types.builtins.TIMESTAMPTZ]: (text) => (text.endsWith('infinity') ? text : (dateOf(text) as Date).toISOString()),
  [pg.types.builtins.TIMESTAMP]: (text) => text,
  [pg.types.builtins.DATE]: (text) => text,
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : parsers[oid]) ??
    (pg.types.getTypeParser(oid, format ?? 'text') as unknown)) as typeof pg.types.getTypeParser,
}

/** The values of a question as `pg` takes them. */
export const valuesOf = (values: readonly SqlValue[] = []): SqlValue[] => [...values]

/** The SQLSTATE of an error, '' when it does not come from Postgres. */
export const sqlStateOf = (error: unknown): string =>
  error instanceof pg.DatabaseError && typeof error.code === 'string' ? error.code : ''

/** The statement lost against another and may be repeated at once: deadlock, serialization failure, lock not had in time. */
export const isContention = (error: unknown): boolean => ['40001', '40P01', '55P03'].includes(sqlStateOf(error))

/** Trouble of the server or the way to it, not of the statement: connection lost or refused, no room, shutting down. */
export const isUnavailable = (error: unknown): boolean => {
  const state = sqlStateOf(error)
  if (state !== '') return /^(08|53|57P|58)/.test(state) || state === '25006' || state === '57014'
  return error instanceof Error && (unreachable.test(error.message) || unreachable.test(codeOf(error)))
}

const unreachable =
  /^E(CONN|PIPE|HOST|NET|TIMEDOUT|NOTFOUND|AI_)|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|calling end on the pool/

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
