import { ParseError } from '../../kernel/parse-error.ts'
import { scalars } from './scalars.ts'
import type { PlistLimits, PlistValue } from './value.ts'
import type { XmlCursor, XmlTag } from './xml-cursor.ts'
import { notWellFormed, placeOf, readEnd, readProlog, readTag, readText } from './xml-cursor.ts'

/** Reads an XML property list. Throws `ParseError`; see `readPlist`. */
export const readXmlPlist = (bytes: Uint8Array, limits: PlistLimits): PlistValue => {
  const reading = { text: decoded(bytes), at: 0, limits, nodes: 0 }
  try {
    return readDocument(reading)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new ParseError('plist', `${error.message.slice(0, -1)} (${placeOf(reading)}).`)
  }
}

type Reading = XmlCursor & { readonly limits: PlistLimits; nodes: number }

const readDocument = (reading: Reading): PlistValue => {
  readProlog(reading)
  const root = readTag(reading)
  count(reading)
  if (root.name !== 'plist' || root.form === 'close') return refuse('The outermost element, and only it, must be <plist>.')
  const first = root.form === 'empty' ? null : readTag(reading)
  if (first === null || first.form === 'close') return refuse('The property list holds no value.')
  const value = readValue(reading, first, 1)
  const last = readTag(reading)
  if (last.form !== 'close') return refuse('The property list holds more than one value.')
  mustClose(last, 'plist')
  readEnd(reading)
  return value
}

/** The value that begins with this tag; `depth` is its level should it hold others. */
const readValue = (reading: Reading, tag: XmlTag, depth: number): PlistValue => {
  const { name } = tag
  if (name === 'key') return refuse('A <key> stands outside a <dict>.')
  if (name === 'plist') return refuse('The outermost element, and only it, must be <plist>.')
  count(reading)
  if (name !== 'dict' && name !== 'array') return leafValue(name, readLeaf(reading, tag))
  if (depth > reading.limits.depth)
    return refuse(`The property list is nested deeper than ${String(reading.limits.depth)} levels.`)
  return name === 'dict' ? readDict(reading, tag, depth) : readArray(reading, tag, depth)
}

const readArray = (reading: Reading, { form }: XmlTag, depth: number): PlistValue => {
  const items: PlistValue[] = []
  if (form === 'empty') return items
  for (;;) {
    const tag = readTag(reading)
    if (tag.form === 'close') {
      mustClose(tag, 'array')
      return items
    }
    items.push(readValue(reading, tag, depth + 1))
  }
}

const readDict = (reading: Reading, { form }: XmlTag, depth: number): PlistValue => {
  const entries = Object.create(null) as Record<string, PlistValue>
  if (form === 'empty') return entries
  for (;;) {
    const tag = readTag(reading)
    if (tag.form === 'close') {
      mustClose(tag, 'dict')
      return entries
    }
    if (tag.name !== 'key') return refuse('A value in a <dict> has no <key>.')
    count(reading)
    const key = readLeaf(reading, tag)
    if (key in entries) return refuse('A <dict> holds a <key> twice.')
    const value = readTag(reading)
    if (value.form === 'close' || value.name === 'key') return refuse('A <key> has no value.')
    entries[key] = readValue(reading, value, depth + 1)
  }
}

/** The text of an element that holds nothing else. */
const readLeaf = (reading: Reading, { name, form }: XmlTag): string => {
  if (!leafNames.has(name)) return refuse('The property list holds an unknown element.')
  if (form === 'empty') return ''
  const text = readText(reading)
  const tag = readTag(reading)
  if (tag.form !== 'close') return refuse(`A <${name}> holds an element.`)
  mustClose(tag, name)
  return text
}

const leafNames: ReadonlySet<string> = new Set(['key', 'string', 'integer', 'real', 'date', 'data', 'true', 'false'])

const leafValue = (name: string, text: string): PlistValue => {
  if (name === 'string') return text
  if (name === 'true' || name === 'false') return text.trim() === '' ? name === 'true' : refuse(`A <${name}/> holds text.`)
  return name === 'integer' || name === 'real' || name === 'date' ? scalars[name](text) : scalars.data(text)
}

const mustClose = (tag: XmlTag, name: string): void => {
  if (tag.name !== name) notWellFormed('an element is closed by another')
}

const count = (reading: Reading): void => {
  if (++reading.nodes > reading.limits.nodes)
    refuse(`The property list holds more than ${String(reading.limits.nodes)} values and keys.`)
}

const decoder = new TextDecoder('utf-8', { fatal: true })

const decoded = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(withUnixLineEnds(bytes))
  } catch {
    return refuse('The property list is not in UTF-8.')
  }
}

/** As XML wants it. In bytes, because millions of line ends in a text take seconds. */
const withUnixLineEnds = (bytes: Uint8Array): Uint8Array => {
  const first = bytes.indexOf(0x0d)
  if (first === -1) return bytes
  const converted = new Uint8Array(bytes)
  let to = first
  for (let from = first; from < bytes.length; from++) {
    const byte = bytes[from] ?? 0
    if (byte === 0x0d && bytes[from + 1] === 0x0a) continue
    converted[to++] = byte === 0x0d ? 0x0a : byte
  }
  return converted.subarray(0, to)
}

const refuse = (message: string): never => {
  throw new ParseError('plist', message)
}
