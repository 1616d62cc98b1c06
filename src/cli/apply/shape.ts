import { nearName } from '../../kernel/near-name.ts'
import type { Keys } from './fleet-keys.ts'
import type { Complain, Entry, Tree } from './tree.ts'

/** How a tree is taken apart. What has another shape than it should is complained of once and taken for absent. */
export type Fields = Readonly<Record<string, Entry | undefined>>

/** How what is found in a file is told: what is wrong with it, and the keys that are not managed here. */
export type Telling = Readonly<{ complain: Complain; ignore: (path: string) => void }>

/**
 * The entries of a map by their present names; an older name counts as the present one. Complained of are keys that nobody knows, and both names
 * of one; those that are not managed here are told to `ignore`, if they say anything. `what` is the path of keys that leads to the map, or empty.
 */
export const fieldsOf = (tree: Tree | undefined, what: string, keys: Keys, { complain, ignore }: Telling): Fields => {
  if (tree === undefined || isNothing(tree)) return {}
  if (tree.kind !== 'map') {
    complain(tree.line, `${what || 'The file'} must be a map of keys.`)
    return {}
  }
  const presentNames = new Map(
    Object.entries({ ...keys.read, ...keys.unmanaged }).flatMap(([name, older]) => [name, ...older].map((one) => [one, name])),
  )
  const found = new Map<string, Entry>()
  for (const entry of tree.entries) {
    const { key, line, value } = entry
    const present = presentNames.get(key)
    const instead = keys.refused !== undefined && Object.hasOwn(keys.refused, key) ? keys.refused[key] : undefined
    if (instead !== undefined) {
      complain(line, `${pathOf(what, key)} is not taken: ${instead}.`)
      continue
    }
    if (present === undefined) {
      complain(line, `${pathOf(what, key)} is not known here; ${insteadOf(key, [...presentNames.keys()])}`)
      continue
    }
    const before = found.get(present)
    if (before !== undefined)
      complain(line, `${pathOf(what, before.key)} and ${key} are two names of one thing; keep one of them.`)
    found.set(present, entry)
    if (!Object.hasOwn(keys.read, present) && !isNothing(value)) ignore(pathOf(what, key))
  }
  return Object.fromEntries([...found].filter(([name]) => Object.hasOwn(keys.read, name)))
}

const insteadOf = (key: string, names: readonly string[]): string => {
  const near = nearName(key, names)
  return near === null ? `there are ${names.join(', ')}.` : `is ${near} meant?`
}

/** The items of a list, none when the key is there and says nothing; null when it is absent. */
export const listOf = (entry: Entry | undefined, what: string, complain: Complain): readonly Tree[] | null => {
  if (entry === undefined) return null
  if (isNothing(entry.value)) return []
  if (entry.value.kind === 'list') return entry.value.items
  complain(entry.line, `${what} must be a list.`)
  return null
}

/** A text, or a number as one; null when it is absent, empty or says nothing. */
export const textOf = (tree: Tree | undefined, what: string, complain: Complain, longest = 255): string | null => {
  if (tree === undefined || isNothing(tree)) return null
  if (tree.kind !== 'value' || typeof tree.value === 'boolean') {
    complain(tree.line, `${what} must be a text.`)
    return null
  }
  const text = String(tree.value).trim()
  if (text.length > longest) complain(tree.line, `${what} has more than ${String(longest)} characters.`)
  return text === '' || text.length > longest ? null : text
}

/** The texts of a list, none when the key is there and says nothing; null when it is absent. */
export const textsOf = (entry: Entry | undefined, what: string, complain: Complain): readonly string[] | null =>
  listOf(entry, what, complain)?.flatMap((item) => {
    const text = textOf(item, what, complain)
    if (text === null && isNothing(item)) complain(item.line, `${what} has an empty item.`)
    return text ?? []
  }) ?? null

export const isNothing = (tree: Tree): boolean => tree.kind === 'value' && (tree.value === null || tree.value === '')

const pathOf = (what: string, key: string): string => (what === '' ? key : `${what}.${key}`)
