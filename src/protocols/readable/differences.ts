import type { Json } from './json.ts'
import { isObject } from './json.ts'

/** One place that is not what it was. Absent: there was nothing before, or is nothing after. */
export type JsonDifference = Readonly<{ path: string; before?: Json; after?: Json }>

/**
 * Where two trees of JSON differ, in their order. Paths are keys with slashes between; members of a list are told by what names them (a LocURI, the
 * identifier of a payload) where it names each of them, else by their place from 0.
 */
export const differencesIn = (before: Json, after: Json): readonly JsonDifference[] => compared('', before, after)

const compared = (path: string, before: Json | undefined, after: Json | undefined): readonly JsonDifference[] => {
  if (before === undefined) return after === undefined ? [] : [{ path, after }]
  if (after === undefined) return [{ path, before }]
  const [was, is] = [membersOf(before, after), membersOf(after, before)]
  if (was === null || is === null || Array.isArray(before) !== Array.isArray(after))
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
  const keys = [...new Set([...was.keys(), ...is.keys()])]
  return keys.flatMap((key) => compared(path === '' ? key : `${path}/${key}`, was.get(key), is.get(key)))
}

/** Null: it is a single value. */
const membersOf = (value: Json, other: Json): ReadonlyMap<string, Json> | null => {
  if (isObject(value)) return new Map(Object.entries(value))
  if (!Array.isArray(value)) return null
  const list = value as readonly Json[]
  const names =
    namesOf(list) !== null && Array.isArray(other) && namesOf(other as readonly Json[]) !== null ? namesOf(list) : null
  return new Map(list.map((member, index) => [names?.[index] ?? String(index), member]))
}

const naming = ['loc_uri', 'PayloadIdentifier', 'PayloadUUID'] as const

/** What names each member of a list, none twice; null: nothing does. */
const namesOf = (list: readonly Json[]): readonly string[] | null => {
  if (!list.every(isObject)) return null
  const found = naming.map((key) => list.map((member) => member[key]))
  const names = found.find((all) => all.every((name) => typeof name === 'string') && new Set(all).size === all.length)
  return names === undefined ? null : names.map(String)
}
