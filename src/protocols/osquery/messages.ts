import { ParseError } from '../../kernel/parse-error.ts'
import { storable } from '../../kernel/text.ts'

/** What an agent says of itself when it enrolls; null where it says nothing. https://osquery.readthedocs.io/en/stable/deployment/remote/ */
export type EnrollRequest = Readonly<{
  secret: string
  hostIdentifier: string
  uuid: string | null
  serial: string | null
  computerName: string | null
  model: string | null
  platform: string | null
  osVersion: string | null
  osBuild: string | null
  version: string | null
  instanceId: string | null
}>

export type Row = Readonly<Record<string, string>>

/** The answers to distributed queries by name: rows, or a failure that says nothing of the rows. */
export type WriteRequest = Readonly<{
  nodeKey: string
  answers: Readonly<Record<string, Readonly<{ ok: true; rows: readonly Row[] }> | Readonly<{ ok: false; message: string }>>>
}>

const mostQueries = 2000
const mostRows = 20_000
const mostColumns = 200
const longestKey = 255

/** Reads a request to enroll. Throws `ParseError` naming the key at fault. */
export const readEnroll = (body: unknown): EnrollRequest => {
  const message = dict(body, 'body')
  const details = optional(message['host_details'])
  const of = (table: string, column: string): string | null =>
    column in optional(details[table]) ? told(optional(details[table])[column]) : null
  return {
    secret: text(message, 'enroll_secret'),
    hostIdentifier: storable(typeof message['host_identifier'] === 'string' ? message['host_identifier'] : '', longestKey),
    uuid: of('system_info', 'uuid'),
    serial: serialIn(of('system_info', 'hardware_serial')),
    computerName: of('system_info', 'computer_name') ?? of('system_info', 'hostname'),
    model: of('system_info', 'hardware_model'),
    platform: of('os_version', 'platform'),
    osVersion: of('os_version', 'version'),
    osBuild: of('os_version', 'build'),
    version: of('osquery_info', 'version'),
    instanceId: of('osquery_info', 'instance_id'),
  }
}

/** Reads the key that every other message holds. Throws `ParseError`. */
export const readNodeKey = (body: unknown, key: 'node_key' | 'orbit_node_key' = 'node_key'): string =>
  text(dict(body, 'body'), key)

/**
 * Reads answers to distributed queries. A status may be a number or a string; without rows there may be `[]`, `""` or nothing; one bad answer
 * spoils only itself. Throws `ParseError` when the message is none.
 */
export const readWrite = (body: unknown): WriteRequest => {
  const message = dict(body, 'body')
  const nodeKey = text(message, 'node_key')
  const queries = optional(message['queries'])
  const statuses = optional(message['statuses'])
  const messages = optional(message['messages'])
  // Refused, the whole message would come again for ever.
  const names = [...new Set([...Object.keys(queries), ...Object.keys(statuses)])].slice(0, mostQueries)
  const answers = names.map((name) => {
    const status = told(statuses[name]) ?? '0'
    if (status !== '0') return [name, { ok: false, message: told(messages[name]) ?? `status ${status.slice(0, 20)}` }] as const
    const rows = rowsIn(queries[name])
    return [name, rows === null ? { ok: false, message: 'The rows are none.' } : { ok: true, rows }] as const
  })
  return { nodeKey, answers: Object.fromEntries(answers) as WriteRequest['answers'] }
}

const rowsIn = (value: unknown): readonly Row[] | null => {
  if (value === undefined || value === null || value === '') return []
  if (!Array.isArray(value) || value.length > mostRows) return null
  return (value as readonly unknown[]).flatMap((row) =>
    typeof row === 'object' && row !== null && !Array.isArray(row)
      ? [
          Object.fromEntries(
            Object.entries(row)
              .slice(0, mostColumns)
              .map(([column, cell]) => [column, told(cell) ?? '']),
          ),
        ]
      : [],
  )
}

type Dict = Readonly<Record<string, unknown>>

const dict = (value: unknown, field: string): Dict => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ParseError(field, `The ${field} is no JSON object.`)
  return value as Dict
}

const optional = (value: unknown): Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Dict) : {}

const text = (message: Dict, key: string): string => {
  const value = message[key]
  if (typeof value !== 'string' || value === '') throw new ParseError(key, `${key} is missing or empty.`)
  if (value.length > longestKey) throw new ParseError(key, `${key} is longer than ${String(longestKey)} characters.`)
  return value
}

const told = (value: unknown): string | null => {
  if (typeof value === 'string') return value === '' ? null : storable(value, 4096)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

/** Virtual machines and empty boards tell none. */
const serialIn = (serial: string | null): string | null => (serial === null || serial === '-1' || serial === '0' ? null : serial)
