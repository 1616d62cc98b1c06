import type { SqlValue } from '../../kernel/query.ts'

/** How values of one column travel. `name` is the type in SQL, without modifiers; for an array column, of the whole array. */
export type ColumnType = Readonly<{ name: string; isArray: boolean; isJson: boolean }>

/**
 * One column of many rows, as the text of a Postgres array. An array column's values become texts, to be cast row by row, since Postgres
 * has no arrays of arrays. What text and JSON cannot hold in Postgres (NUL, half a surrogate pair) becomes U+FFFD: devices send anything.
 * Throws an `Error` without the value in it when the column's type cannot hold it.
 */
export const arrayLiteral = (values: readonly (SqlValue | undefined)[], type: ColumnType): string => {
  let literal = '{'
  for (let at = 0; at < values.length; at++) literal += (at === 0 ? '' : ',') + item(values[at], type)
  return `${literal}}`
}

const item = (value: SqlValue | undefined, type: ColumnType): string => {
  if (value === null || value === undefined) return 'NULL'
  if (type.isArray) return quoted(elements(value, type))
  if (type.isJson) return quoted(jsonText(value))
  return scalar(value, type)
}

const scalar = (value: SqlValue, type: ColumnType): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value instanceof Date) return quoted(value.toISOString())
  if (value instanceof Uint8Array) return quoted(`\\x${Buffer.from(value).toString('hex')}`)
  throw new Error(`A column of type ${type.name} cannot hold an object.`)
}

const elements = (value: SqlValue, type: ColumnType): string => {
  if (!Array.isArray(value)) throw new Error(`A column of type ${type.name} must be given an array.`)
  return arrayLiteral(value as readonly SqlValue[], { ...type, isArray: false })
}

const quoted = (text: string): string => {
  const storable = text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
  return `"${/["\\]/.test(storable) ? storable.replace(/["\\]/g, '\\$&') : storable}"`
}

const unstorableEscape = /\\u(0000|d[89a-f])/

/** JSON that `jsonb` takes: it refuses the escapes of NUL and of half a surrogate pair, which `JSON.stringify` makes. */
export const jsonText = (value: SqlValue): string => {
  const text = JSON.stringify(value)
  if (!unstorableEscape.test(text)) return text
  return JSON.stringify(JSON.parse(text, (_, part: unknown) => (typeof part === 'string' ? storable(part) : part)))
}

/** Text that Postgres takes: it has none with a NUL or half a surrogate pair in it. */
export const storable = (text: string): string => Buffer.from(text.replaceAll('\0', '\ufffd'), 'utf8').toString('utf8')
