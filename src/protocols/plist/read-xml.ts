import { SaxesParser } from 'saxes'
import { ParseError } from '../../kernel/parse-error.ts'
import { otherKindOf } from '../other-kinds.ts'
import { strayMark } from '../xml/stray-mark.ts'
import { scalars } from './scalars.ts'
import type { PlistLimits, PlistValue } from './value.ts'

/** Reads an XML property list. Throws `ParseError`; see `readPlist`. */
export const readXmlPlist = (bytes: Uint8Array, limits: PlistLimits): PlistValue => {
  const text = decoded(bytes)
  const builder = treeBuilder(limits)
  // With an eighth handler V8 turns the parser into a dictionary and every step takes four times as long: `xmlDecl` is read at the end.
  const parser = new SaxesParser()
  let broken = false
  parser.on('opentag', ({ name, attributes }) => builder.open(name, attributes))
  parser.on('closetag', ({ name }) => builder.close(name))
  parser.on('text', builder.text)
  parser.on('cdata', builder.text)
  parser.on('doctype', mustBePlainDoctype)
  parser.on('processinginstruction', () => refuse('The property list holds a processing instruction.'))
  parser.on('error', (error) => {
    broken = true
    refuse(`The property list is no well-formed XML: ${reasonOf(error)}.`)
  })
  try {
    parser.write(text)
    mustBeUtf8(parser.xmlDecl.encoding)
    parser.close()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const stray = broken ? strayMark(text) : null
    if (stray !== null) throw new ParseError('plist', `The property list is no well-formed XML: ${stray}`)
    throw new ParseError('plist', `${error.message.slice(0, -1)} (line ${String(parser.line)}, column ${String(parser.column)}).`)
  }
  return builder.result()
}

type Container = Readonly<{ kind: 'plist' | 'array'; items: PlistValue[] }>
type Dict = { readonly kind: 'dict'; readonly entries: Record<string, PlistValue>; key: string | null }

const treeBuilder = (limits: PlistLimits) => {
  const stack: (Container | Dict)[] = []
  let leaf: string | null = null
  let content = ''
  let nodes = 0
  let root: PlistValue | undefined

  const put = (value: PlistValue): void => {
    const top = stack.at(-1)
    if (top === undefined) return refuse('A value stands outside <plist>.')
    if (top.kind !== 'dict') {
      if (top.kind === 'plist' && top.items.length > 0) refuse('The property list holds more than one value.')
      top.items.push(value)
    } else {
      if (top.key === null) return refuse('A value in a <dict> has no <key>.')
      top.entries[top.key] = value
      top.key = null
    }
  }

  const putKey = (key: string): void => {
    const top = stack.at(-1)
    if (top?.kind !== 'dict') return refuse('A <key> stands outside a <dict>.')
    if (top.key !== null) refuse('A <key> has no value.')
    if (key in top.entries) refuse('A <dict> holds a <key> twice.')
    top.key = key
  }

  const open = (name: string, attributes: object): void => {
    if (leaf !== null) refuse(`A <${leaf}> holds an element.`)
    if ((stack.length === 0) !== (name === 'plist')) refuse('The outermost element, and only it, must be <plist>.')
    for (const attribute in attributes) if (attribute !== 'version' || name !== 'plist') refuse('An element has an attribute.')
    if (++nodes > limits.nodes) refuse(`The property list holds more than ${String(limits.nodes)} values and keys.`)
    if (name === 'dict') stack.push({ kind: 'dict', entries: Object.create(null) as Record<string, PlistValue>, key: null })
    else if (name === 'array' || name === 'plist') stack.push({ kind: name, items: [] })
    else if (leafNames.has(name)) leaf = name
    else refuse('The property list holds an unknown element.')
    // The <plist> itself is no level, as in a binary list.
    if (stack.length > limits.depth + 1) refuse(`The property list is nested deeper than ${String(limits.depth)} levels.`)
  }

  const close = (name: string): void => {
    if (leaf !== null) {
      const text = content
      leaf = null
      content = ''
      return name === 'key' ? putKey(text) : put(leafValue(name, text))
    }
    const top = stack.pop()
    if (top === undefined) return
    if (top.kind === 'dict') {
      if (top.key !== null) refuse('The last <key> of a <dict> has no value.')
      return put(top.entries)
    }
    if (top.kind === 'array') return put(top.items)
    root = top.items[0]
  }

  const text = (part: string): void => {
    if (leaf !== null) content += part
    else if (/[^ \t\r\n]/.test(part)) refuse('Text stands between the elements.')
  }

  const result = (): PlistValue => root ?? refuse('The property list holds no value.')
  return { open, close, text, result }
}

const leafNames: ReadonlySet<string> = new Set(['key', 'string', 'integer', 'real', 'date', 'data', 'true', 'false'])

const leafValue = (name: string, text: string): PlistValue => {
  if (name === 'string') return text
  if (name === 'true' || name === 'false') return text.trim() === '' ? name === 'true' : refuse(`A <${name}/> holds text.`)
  return name === 'integer' || name === 'real' || name === 'date' ? scalars[name](text) : scalars.data(text)
}

const decoded = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse(`The property list is ${otherKindOf(bytes) ?? 'not in UTF-8.'}`)
  }
}

const mustBeUtf8 = (encoding: string | undefined): void => {
  if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding))
    refuse('The property list is not declared to be in UTF-8.')
}

const plainDoctype = /^\s*plist(\s+PUBLIC\s+("[^"]*"|'[^']*')\s+("[^"]*"|'[^']*')|\s+SYSTEM\s+("[^"]*"|'[^']*'))?\s*$/

const mustBePlainDoctype = (doctype: string): void => {
  if (!plainDoctype.test(doctype))
    refuse('The document type may only name an external definition of plist; nothing may be declared inside.')
}

/** What saxes says up to the colon: what follows may quote the input. */
const reasonOf = (error: Error): string => (error.message.replace(/^\d+:\d+: /, '').split(':')[0] ?? '').replace(/\.$/, '')

const refuse = (message: string): never => {
  throw new ParseError('plist', message)
}
