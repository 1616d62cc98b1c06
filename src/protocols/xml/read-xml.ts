import { SaxesParser } from 'saxes'
import { ParseError } from '../../kernel/parse-error.ts'
import { strayMark } from './stray-mark.ts'

/** An attribute by its local name and namespace: '' without a prefix. */
export type XmlAttribute = Readonly<{ name: string; namespace: string; value: string }>

/**
 * An element by its local name and namespace, whatever prefix it was written with. `text` is what stands in it and not in its children;
 * `inner` is all that stands between its tags as it was written; `cdata`: all its text but blanks stood in CDATA sections.
 */
export type XmlElement = Readonly<{
  name: string
  namespace: string
  attributes: readonly XmlAttribute[]
  children: readonly XmlElement[]
  text: string
  inner: string
  cdata: boolean
}>

/** How large a document may be; `field` is named by the errors. */
export type XmlLimits = Readonly<{ field: string; maxBytes: number; maxDepth: number; maxElements: number }>

/**
 * Reads a document from outside: UTF-8, no document type, no processing instruction. Throws `ParseError` that tells where it stopped making
 * sense, never what it held.
 */
export const readXml = (bytes: Uint8Array, limits: XmlLimits): XmlElement => {
  const refuse = (message: string): never => {
    throw new ParseError(limits.field, message)
  }
  if (bytes.length > limits.maxBytes)
    refuse(`The message has ${String(bytes.length)} bytes; at most ${String(limits.maxBytes)} are taken.`)
  const text = decoded(bytes) ?? refuse('The message is not in UTF-8.')
  if (text.trim() === '') refuse('The message is empty.')
  const tree = treeBuilder(text, limits, refuse)
  const parser = new SaxesParser({ xmlns: true, position: true })
  let broken = false
  parser.on('opentag', (tag) => {
    tree.open(tag, parser.position)
  })
  parser.on('closetag', ({ isSelfClosing }) => {
    tree.close(parser.position, isSelfClosing)
  })
  parser.on('text', tree.text)
  parser.on('cdata', tree.cdata)
  parser.on('doctype', () => refuse('The message has a document type.'))
  parser.on('processinginstruction', () => refuse('The message holds a processing instruction.'))
  parser.on('error', (error) => {
    broken = true
    refuse(`The message is no well-formed XML: ${reasonOf(error)}.`)
  })
  try {
    parser.write(text).close()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const stray = broken ? strayMark(text) : null
    if (stray !== null) throw new ParseError(limits.field, `The message is no well-formed XML: ${stray}`)
    const where = `(line ${String(parser.line)}, column ${String(parser.column)})`
    throw new ParseError(limits.field, `${error.message.slice(0, -1)} ${where}.`)
  }
  return tree.root() ?? refuse('The message holds no element.')
}

/** The first child of this name, in this namespace if one is given. */
export const childOf = (element: XmlElement | undefined, name: string, namespace?: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name && (namespace === undefined || child.namespace === namespace))

/** All children of this name. */
export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? []

/** What stands in the child at the end of this path of names, trimmed; null when it is not there. */
export const textAt = (element: XmlElement | undefined, ...path: readonly string[]): string | null => {
  const found = path.reduce<XmlElement | undefined>((at, name) => childOf(at, name), element)
  return found === undefined ? null : found.text.trim()
}

type Tag = Readonly<{
  local: string
  uri: string
  attributes: Readonly<Record<string, Readonly<{ local: string; uri: string; value: string }>>>
}>
type Open = {
  readonly tag: Tag
  readonly start: number
  readonly children: XmlElement[]
  text: string
  marks: 'none' | 'cdata' | 'text'
}

const treeBuilder = (source: string, { maxDepth, maxElements }: XmlLimits, refuse: (message: string) => never) => {
  const open: Open[] = []
  let elements = 0
  let root: XmlElement | undefined

  return {
    open: (tag: Tag, position: number): void => {
      if (++elements > maxElements) refuse(`The message holds more than ${String(maxElements)} elements.`)
      if (open.length >= maxDepth) refuse(`The message is nested deeper than ${String(maxDepth)} elements.`)
      open.push({ tag, start: position, children: [], text: '', marks: 'none' })
    },
    text: (part: string): void => {
      const inside = open.at(-1)
      if (inside === undefined) return
      inside.text += part
      if (part.trim() !== '') inside.marks = 'text'
    },
    cdata: (part: string): void => {
      const inside = open.at(-1)
      if (inside === undefined) return
      inside.text += part
      if (inside.marks === 'none') inside.marks = 'cdata'
    },
    close: (position: number, isSelfClosing: boolean): void => {
      const closed = open.pop()
      if (closed === undefined) return
      const { tag, start, children, text, marks } = closed
      const element = {
        name: tag.local,
        namespace: tag.uri,
        attributes: Object.values(tag.attributes).map(({ local, uri, value }) => ({ name: local, namespace: uri, value })),
        children,
        text,
        cdata: marks === 'cdata',
        inner: isSelfClosing ? '' : source.slice(start, source.lastIndexOf('</', position - 1)),
      }
      const parent = open.at(-1)
      if (parent === undefined) root = element
      else parent.children.push(element)
    },
    root: (): XmlElement | undefined => root,
  }
}

const decoded = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** What saxes says up to the colon: what follows may quote the input. */
const reasonOf = (error: Error): string => (error.message.replace(/^\d+:\d+: /, '').split(':')[0] ?? '').replace(/\.$/, '')
