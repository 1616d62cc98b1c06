import type { Complain, Entry, Tree } from './tree.ts'

/** How a tree is taken apart. What has another shape than it should is complained of once and taken for absent. */
export type Fields = Readonly<Record<string, Entry | undefined>>

/** The entries of a map by key; others than these keys are complained of. `what` is the path of keys that leads to it, or empty. */
export const fieldsOf = (tree: Tree | undefined, what: string, keys: readonly string[], complain: Complain): Fields => {
  if (tree === undefined || isNothing(tree)) return {}
  if (tree.kind !== 'map') {
    complain(tree.line, `${what || 'The file'} must be a map of keys.`)
    return {}
  }
  for (const { key, line } of tree.entries)
    if (!keys.includes(key)) complain(line, `${pathOf(what, key)} is not known here; there are ${keys.join(', ')}.`)
  return Object.fromEntries(tree.entries.filter(({ key }) => keys.includes(key)).map((entry) => [entry.key, entry]))
}

/** The items of a list; null when it is absent or says nothing. */
export const listOf = (entry: Entry | undefined, what: string, complain: Complain): readonly Tree[] | null => {
  if (entry === undefined || isNothing(entry.value)) return null
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

/** The texts of a list; null when it is absent or says nothing. */
export const textsOf = (entry: Entry | undefined, what: string, complain: Complain): readonly string[] | null =>
  listOf(entry, what, complain)?.flatMap((item) => {
    const text = textOf(item, what, complain)
    if (text === null && isNothing(item)) complain(item.line, `${what} has an empty item.`)
    return text ?? []
  }) ?? null

export const isNothing = (tree: Tree): boolean => tree.kind === 'value' && (tree.value === null || tree.value === '')

const pathOf = (what: string, key: string): string => (what === '' ? key : `${what}.${key}`)
