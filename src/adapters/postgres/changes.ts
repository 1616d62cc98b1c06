import type { Position } from '../../kernel/event.ts'
import type { SqlValue } from '../../kernel/query.ts'

export type Columns = Readonly<Record<string, SqlValue | undefined>>

/** A `Change` of any row type, as it comes out of a projection. */
export type AnyChange = Readonly<{ where: Columns }> &
  (Readonly<{ set: Columns }> | Readonly<{ change: Columns }> | Readonly<{ remove: true }>)

/** Rows named by their whole key or by its first columns, and the position of the last event that had a say in them. */
export type Outcome = Readonly<{ key: readonly SqlValue[]; columns: Columns; position: Position }>

/**
 * What a batch comes to in one table. Removes and changes concern rows that were there before the batch; `changes` stand with shorter keys
 * first. Execute removes, then changes, then sets: each set of outcomes names a row (or a group of rows) at most once.
 */
export type Folded = Readonly<{ removes: readonly Outcome[]; changes: readonly Outcome[]; sets: readonly Outcome[] }>

/**
 * Folds changes, given in log order, into few sets. Throws an `Error` (which names columns, never values) when a change does not name the
 * table's key or its first columns, or sets a column of the key.
 */
export const foldChanges = (
  key: readonly string[],
  changes: Iterable<Readonly<{ position: Position; change: AnyChange }>>,
): Folded => {
  const root = emptyNode([])
  for (const { position, change } of changes) {
    const { node, removed } = nodeOf(root, key, change.where)
    if ('set' in change) say(node, 'set', fieldsOf(change.set, key, change.where), position)
    else if ('change' in change) changeUnder(node, fieldsOf(change.change, key, change.where), { position, removed })
    else removeUnder(node, position)
    if ('set' in change && node.key.length < key.length) throw new Error(`A set must name the whole key (${key.join(', ')}).`)
  }
  return collect(root)
}

type Pending = { columns: Record<string, SqlValue>; position: Position }

/** A place in the tree of keys: one level per column of the key. What is pending here happens in the order removed, change, set. */
type Node = {
  readonly key: readonly SqlValue[]
  /** Null until there is one: most nodes are rows, and a batch has many. */
  children: Map<string, Node> | null
  removed: Position | null
  change: Pending | null
  set: Pending | null
}

const emptyNode = (key: readonly SqlValue[]): Node => ({ key, children: null, removed: null, change: null, set: null })

const nodeOf = (root: Node, key: readonly string[], where: Columns): Readonly<{ node: Node; removed: boolean }> => {
  const depth = Object.keys(where).length
  let node = root
  let removed = false
  for (let level = 0; level < depth; level++) {
    const column = key[level]
    const value = column === undefined ? undefined : where[column]
    if (column === undefined || value === undefined) throw notAKey(key, where)
    const part = partOf(column, value)
    const children = (node.children ??= new Map<string, Node>())
    let child = children.get(part)
    if (child === undefined) children.set(part, (child = emptyNode([...node.key, value])))
    node = child
    removed ||= node.removed !== null
  }
  if (node === root) throw notAKey(key, where)
  return { node, removed }
}

const notAKey = (key: readonly string[], where: Columns): Error =>
  new Error(`A change names (${Object.keys(where).join(', ')}), which is not the key (${key.join(', ')}) nor its first columns.`)

const partOf = (column: string, value: SqlValue): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  throw new Error(`Column ${column} of the key must hold a single value.`)
}

/** The columns to write: those that were told, without the key's own, which may only be repeated. */
const fieldsOf = (columns: Columns, key: readonly string[], where: Columns): Record<string, SqlValue> => {
  const fields: Record<string, SqlValue> = {}
  for (const column of Object.keys(columns)) {
    const value = columns[column]
    if (value === undefined) continue
    if (!key.includes(column)) fields[column] = value
    else if (value !== where[column]) throw new Error(`Column ${column} is part of the key and cannot be changed.`)
  }
  return fields
}

const say = (node: Node, verb: 'set' | 'change', columns: Record<string, SqlValue>, position: Position): void => {
  const pending = node[verb]
  if (pending === null) node[verb] = { columns, position }
  else {
    Object.assign(pending.columns, columns)
    pending.position = position
  }
}

/** Later words win: whatever is pending below hears them too, because it is executed after the change of the group. */
const changeUnder = (
  node: Node,
  columns: Record<string, SqlValue>,
  { position, removed }: Readonly<{ position: Position; removed: boolean }>,
): void => {
  if (node.set !== null) return say(node, 'set', columns, position)
  for (const child of node.children?.values() ?? []) amend(child, columns, position)
  if (!removed) say(node, 'change', { ...columns }, position)
}

const amend = (node: Node, columns: Record<string, SqlValue>, position: Position): void => {
  if (node.set !== null) say(node, 'set', columns, position)
  else if (node.change !== null) say(node, 'change', columns, position)
  for (const child of node.children?.values() ?? []) amend(child, columns, position)
}

const removeUnder = (node: Node, position: Position): void => {
  node.children = null
  node.removed = position
  node.change = null
  node.set = null
}

const collect = (root: Node): Folded => {
  const removes: Outcome[] = []
  const changes: Outcome[] = []
  const sets: Outcome[] = []
  let level: readonly Node[] = [root]
  while (level.length > 0) {
    const below: Node[] = []
    for (const node of level) {
      const { key } = node
      if (node.removed !== null) removes.push({ key, columns: {}, position: node.removed })
      if (node.change !== null) changes.push({ key, ...node.change })
      if (node.set !== null) sets.push({ key, ...node.set })
      for (const child of node.children?.values() ?? []) below.push(child)
    }
    level = below
  }
  return { removes, changes, sets }
}
