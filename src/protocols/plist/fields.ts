import { ParseError } from '../../kernel/parse-error.ts'
import { isDict, type PlistDict, type PlistValue } from './value.ts'

const defaultTextLength = 1024
const defaultDataLength = 1024 * 1024

/** A value that must be a dictionary, as the outermost one of every message. Throws `ParseError` with the given field name. */
export const dictOf = (value: PlistValue | undefined, field: string): PlistDict =>
  isDict(value) ? value : refuse(field, value, 'a dictionary')

/** A text that must be there, not empty, of at most `maxLength` UTF-16 units (1024). Throws `ParseError` naming the key. */
export const text = (dict: PlistDict, key: string, maxLength = defaultTextLength): string => {
  const value = optionalText(dict, key, maxLength) ?? refuse(key, undefined, 'a string')
  return value === '' ? fail(key, `${key} is empty.`) : value
}

/** A text or null when the key is absent; an empty text stays empty. */
export const optionalText = (dict: PlistDict, key: string, maxLength = defaultTextLength): string | null => {
  const value = dict[key]
  if (value === undefined) return null
  if (typeof value !== 'string') return refuse(key, value, 'a string')
  if (value.length > maxLength)
    return fail(key, `${key} has ${String(value.length)} characters; at most ${String(maxLength)} are taken.`)
  return value
}

/** Bytes that must be there, at least one and at most `maxLength` (1 MiB). */
export const data = (dict: PlistDict, key: string, maxLength = defaultDataLength): Uint8Array => {
  const value = optionalData(dict, key, maxLength) ?? refuse(key, undefined, 'data')
  return value.length === 0 ? fail(key, `${key} is empty.`) : value
}

/** Bytes, perhaps none, or null when the key is absent. */
export const optionalData = (dict: PlistDict, key: string, maxLength = defaultDataLength): Uint8Array | null => {
  const value = dict[key]
  if (value === undefined) return null
  if (!(value instanceof Uint8Array)) return refuse(key, value, 'data')
  if (value.length > maxLength)
    return fail(key, `${key} has ${String(value.length)} bytes; at most ${String(maxLength)} are taken.`)
  return value
}

/** A boolean, or null when the key is absent: for some keys absence means "as before", not false. */
export const optionalFlag = (dict: PlistDict, key: string): boolean | null => {
  const value = dict[key]
  return value === undefined ? null : typeof value === 'boolean' ? value : refuse(key, value, 'a boolean')
}

/** A boolean; absent means false. */
export const flag = (dict: PlistDict, key: string): boolean => optionalFlag(dict, key) ?? false

/** A whole number that JavaScript holds exactly, or null when the key is absent. */
export const optionalInteger = (dict: PlistDict, key: string): number | null => {
  const value = dict[key]
  if (value === undefined) return null
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(key, value, 'a whole number below 2^53')
}

/** A dictionary, or null when the key is absent. */
export const optionalDict = (dict: PlistDict, key: string): PlistDict | null => {
  const value = dict[key]
  return value === undefined ? null : dictOf(value, key)
}

/** An array; absent means empty. */
export const list = (dict: PlistDict, key: string): readonly PlistValue[] => {
  const value = dict[key]
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly PlistValue[]) : refuse(key, value, 'an array')
}

const refuse = (field: string, value: PlistValue | undefined, wanted: string): never =>
  fail(field, value === undefined ? `${field} is missing.` : `${field} is not ${wanted}.`)

const fail = (field: string, message: string): never => {
  throw new ParseError(field, message)
}
