import type { Document, Node } from 'yaml'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Environment } from './environment.ts'
import { inserted } from './environment.ts'

/** YAML with the line (from 1) of everything in it. Texts have the variables of the environment in their places. */
export type Tree =
  | Readonly<{ kind: 'map'; line: number; entries: readonly Entry[] }>
  | Readonly<{ kind: 'list'; line: number; items: readonly Tree[] }>
  | Readonly<{ kind: 'value'; line: number; value: string | number | boolean | null }>

export type Entry = Readonly<{ key: string; line: number; value: Tree }>

/** Says what is wrong with a file, and in which line (from 1). */
export type Complain = (line: number, text: string) => void

/** Aliases count each time they are used, so that a small file cannot become a large one. */
const mostNodes = 50_000
const deepest = 20

/** Reads one file of YAML; null when it is none, or too much of it, which `complain` is told. */
export const readTree = (text: string, environment: Environment, complain: Complain): Tree | null => {
  const lines = new LineCounter()
  const document = parsed(text, lines)
  if (document === null) {
    complain(1, 'The file is nested too deeply.')
    return null
  }
  for (const { pos, message } of document.errors) {
    const isTooDeep = message.includes('call stack')
    complain(lines.linePos(pos[0]).line, isTooDeep ? 'The file is nested too deeply.' : `This is no YAML: ${message}`)
  }
  if (document.errors.length > 0) return null
  const lineOf = (node: Node | null): number => lines.linePos(node?.range?.[0] ?? 0).line
  let isSound = true
  const complainHere: Complain = (line, problem) => {
    isSound = false
    complain(line, problem)
  }
  const tree = walker({ document, lineOf, environment, complain: complainHere })(document.contents, 0)
  return isSound ? tree : null
}

const parsed = (text: string, lineCounter: LineCounter): Document.Parsed | null => {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

type Reading = Readonly<{
  document: Document.Parsed
  lineOf: (node: Node | null) => number
  environment: Environment
  complain: Complain
}>

/** Texts for people, in which a `$` is money. */
const prose: ReadonlySet<string> = new Set(['description', 'resolution'])

const walker = ({ document, lineOf, environment, complain }: Reading) => {
  let nodes = 0

  const nothing = (line: number): Tree => ({ kind: 'value', line, value: null })

  const walk = (node: Node | null, depth: number, key = ''): Tree => {
    const line = lineOf(node)
    nodes += 1
    if (nodes === mostNodes) complain(line, `The file holds more than ${String(mostNodes)} values.`)
    if (depth > deepest) complain(line, `The file is nested deeper than ${String(deepest)} levels.`)
    if (nodes >= mostNodes || depth > deepest) return nothing(line)
    if (isAlias(node)) return walk(node.resolve(document) ?? null, depth + 1, key)
    if (isSeq(node)) return { kind: 'list', line, items: node.items.map((item) => walk(item as Node | null, depth + 1)) }
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }): Entry => {
        const text = isScalar(key) ? String(key.value) : ''
        if (!isScalar(key)) complain(lineOf(key as Node | null), 'A key is no plain text.')
        return { key: text, line: lineOf(key as Node | null), value: walk(value as Node | null, depth + 1, text) }
      })
      return { kind: 'map', line, entries }
    }
    if (!isScalar(node)) return nothing(line)
    const { value } = node
    if (typeof value === 'string') {
      const inserting = {
        secrets: key === 'name_template' ? 'left' : 'refused',
        complain: (text: string) => complain(line, text),
      } as const
      return { kind: 'value', line, value: prose.has(key) ? value : inserted(value, environment, inserting) }
    }
    if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
      return { kind: 'value', line, value: value ?? null }
    complain(line, 'The value is neither a text, nor a number, nor true or false.')
    return nothing(line)
  }
  return walk
}
