import pg from 'pg'
import { LogUnavailable } from '../../app/ports.ts'

/**
 * A failure of node-postgres in the words of the port: `LogUnavailable` when the server could not be reached, went away, or is not fit to
 * write for now; else the error as it was.
 */
export const logFault = (error: unknown): unknown => {
  if (error instanceof LogUnavailable || !isPassing(error)) return error
  return new LogUnavailable(`The event log's Postgres cannot be used: ${causeOf(error)}.`, { cause: error })
}

const isPassing = (error: unknown): boolean => {
  if (error instanceof pg.DatabaseError) return passingStates.test(error.code ?? '')
  if (!(error instanceof Error)) return false
  return 'syscall' in error || error instanceof AggregateError || clientFaults.test(error.message)
}

/** SQLSTATE: connection, rollback (serialization, deadlock), read-only server, resources, not ready, shutdown, system error. */
const passingStates = /^(08|40|25006|53|55|57|58)/

/** What node-postgres says of a connection that is lost or late; it has no codes for these. */
const clientFaults = /connection terminated|connection ended|timeout|not queryable|cannot use a pool after/i

const causeOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(causeOf).join(', ')
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
}
