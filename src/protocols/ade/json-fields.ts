import { ParseError } from '../../kernel/parse-error.ts'

/** A JSON object, and where it stands in the answer (`devices[3]`; '' is the outermost). */
export type JsonObject = Readonly<{ values: Readonly<Record<string, unknown>>; path: string }>

const longestText = 4096

/** An object that must be there. Throws `ParseError` whose field is the path. */
export const objectOf = (value: unknown, path: string): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { values: value as Readonly<Record<string, unknown>>, path }
    : refuse(path, value, 'an object')

/** Parses a body that must be one JSON object. Throws `ParseError` (field `body`), also for HTML and for half a body. */
export const parseObject = (body: string): JsonObject => {
  try {
    return objectOf(JSON.parse(body), '')
  } catch (error) {
    if (error instanceof ParseError) throw error
    throw new ParseError('body', 'The answer is not JSON.')
  }
}

/** The path of a key inside an object. */
export const pathOf = ({ path }: JsonObject, key: string): string => (path === '' ? key : `${path}.${key}`)

/** A text that must be there and not be empty. */
export const text = (object: JsonObject, key: string, longest = longestText): string =>
  optionalText(object, key, longest) ?? refuse(pathOf(object, key), undefined, 'a string')

/** A text; null when the key is absent, null or empty: Apple writes all three for "none". */
export const optionalText = (object: JsonObject, key: string, longest = longestText): string | null => {
  const value = valueOf(object, key)
  if (value === null || value === '') return null
  if (typeof value !== 'string') return refuse(pathOf(object, key), value, 'a string')
  if (value.length > longest)
    throw new ParseError(pathOf(object, key), `${pathOf(object, key)} is longer than ${String(longest)} characters.`)
  return value
}

/** A time in ISO 8601, written as `toISOString` writes it; null when there is none. */
export const optionalTime = (object: JsonObject, key: string): string | null => {
  const told = optionalText(object, key, 64)
  if (told === null) return null
  const time = /^\d{4}-\d\d-\d\d/.test(told) ? new Date(told) : new Date(Number.NaN)
  return Number.isNaN(time.getTime()) ? refuse(pathOf(object, key), told, 'a time in ISO 8601') : time.toISOString()
}

/** A boolean; null when the key is absent. */
export const optionalFlag = (object: JsonObject, key: string): boolean | null => {
  const value = valueOf(object, key)
  return value === null || typeof value === 'boolean' ? value : refuse(pathOf(object, key), value, 'a boolean')
}

/** A whole number from 0 on; null when the key is absent. */
export const optionalCount = (object: JsonObject, key: string): number | null => {
  const value = valueOf(object, key)
  if (value === null) return null
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : refuse(pathOf(object, key), value, 'a whole number from 0 on')
}

/** A list, empty when the key is absent. Throws `ParseError` beyond `most` items. */
export const list = (object: JsonObject, key: string, most: number): readonly unknown[] => {
  const value = valueOf(object, key)
  if (value === null) return []
  if (!Array.isArray(value)) return refuse(pathOf(object, key), value, 'a list')
  if (value.length > most)
    throw new ParseError(pathOf(object, key), `${pathOf(object, key)} has more than ${String(most)} items.`)
  return value
}

/** A list of texts, empty when the key is absent. */
export const texts = (object: JsonObject, key: string, most: number): readonly string[] =>
  list(object, key, most).map((value, index) =>
    typeof value === 'string' && value.length <= longestText
      ? value
      : refuse(`${pathOf(object, key)}[${String(index)}]`, value, `a string of at most ${String(longestText)} characters`),
  )

/** An object inside, or null when the key is absent. */
export const optionalObject = (object: JsonObject, key: string): JsonObject | null => {
  const value = valueOf(object, key)
  return value === null ? null : objectOf(value, pathOf(object, key))
}

/** What stands under a key; null when it is absent. */
export const valueOf = ({ values }: JsonObject, key: string): unknown =>
  Object.hasOwn(values, key) ? (values[key] ?? null) : null

const refuse = (path: string, value: unknown, wanted: string): never => {
  const where = path === '' ? 'The answer' : path
  throw new ParseError(path === '' ? 'body' : path, value === undefined ? `${where} is missing.` : `${where} is not ${wanted}.`)
}
