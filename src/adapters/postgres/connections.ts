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

/**
 * What a failure to connect says of the settings: `away`: the same may work later; `wrong`: it never will, for the reason given; `other`: it is
 * no matter of the connection.
 */
export const settingFault = (error: unknown): Readonly<{ kind: 'away' | 'other' } | { kind: 'wrong'; sentence: string }> => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const sentence = wrongSettings[sqlStateOf(cause)] ?? (cause instanceof Error ? tlsFaults[codeOf(cause)] : undefined)
  if (sentence !== undefined) return { kind: 'wrong', sentence }
  if (cause instanceof Error && cause.message === 'The server does not support SSL connections')
    return { kind: 'wrong', sentence: 'the server does not speak TLS; leave sslmode out if that is meant to be.' }
  const away = isUnavailable(cause) || (cause instanceof AggregateError && cause.errors.every(isUnavailable))
  return { kind: away ? 'away' : 'other' }
}

/** By SQLSTATE. */
const wrongSettings: Readonly<Record<string, string>> = {
  '28P01': 'the server refuses the user or password; put the right ones into the URL.',
  '28000': 'the server lets this user in from here in no way (pg_hba.conf), or not without TLS; see sslmode.',
  '3D000': 'the server has no database of that name; make it, or name another.',
  '42501': 'the user may not make tables and schemas in that database; grant it, or name another user.',
}

const unknownAuthority =
  'the server’s certificate is not signed by an authority that is known here; name it with sslrootcert=<PEM file>.'

const tlsFaults: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID: 'the server’s certificate is for other names; connect by one that it holds.',
  CERT_HAS_EXPIRED: 'the server’s certificate has expired.',
}

const unreachable =
  /^E(CONN|PIPE|HOST|NET|TIMEDOUT|NOTFOUND|AI_)|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|calling end on the pool/

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
