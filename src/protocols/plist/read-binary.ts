import { isAscii } from 'node:buffer'
import { ParseError } from '../../kernel/parse-error.ts'
import { wholeNumber } from './scalars.ts'
import type { PlistLimits, PlistValue } from './value.ts'
import { isXmlText } from './xml-text.ts'

export const isBinaryPlist = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'bplist'

/** What becomes of what a list holds, from the inside out; `isReal` tells 1.0 from 1. */
export type PlistFold<T> = Readonly<{
  scalar: (value: PlistValue, isReal: boolean) => T
  array: (items: readonly T[]) => T
  dict: (entries: Readonly<Record<string, T>>) => T
}>

const values: PlistFold<PlistValue> = { scalar: (value) => value, array: (items) => items, dict: (entries) => entries }

/** Reads a `bplist00` as a tree of values. Throws `ParseError`; see `readPlist`. */
export const readBinaryPlist = (bytes: Uint8Array, limits: PlistLimits): PlistValue => foldBinaryPlist(bytes, limits, values)

/**
 * Reads a `bplist00`: a table of objects that refer to one another by number. Shared objects are counted each time they are met, a list's
 * items before they are looked at, and loops run into the depth limit, so that a small list cannot unfold without bound. Texts are those that
 * XML could carry: a NUL or half a surrogate pair could not be stored. Throws `ParseError`; see `readPlist`.
 */
export const foldBinaryPlist = <T>(bytes: Uint8Array, limits: PlistLimits, { scalar, array, dict }: PlistFold<T>): T => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const table = tableOf(file)
  const scalars = new Map<number, Readonly<{ value: PlistValue; made: T }>>()
  let nodes = 0

  /** Before they are read: references to them take memory, on every level of a list that holds itself. */
  const count = (more: number): void => {
    nodes += more
    if (nodes > limits.nodes) refuse(`The property list holds more than ${String(limits.nodes)} values and keys.`)
  }

  const scalarOf = (index: number, header: Header): Readonly<{ value: PlistValue; made: T }> => {
    const known = scalars.get(index)
    if (known !== undefined) return known
    const value = scalarAt(file, table.end, header)
    const read = { value, made: scalar(value, header.kind === 2) }
    scalars.set(index, read)
    return read
  }

  const keyAt = (index: number): string => {
    const header = headerAt(file, table.offsetOf(index), table.end)
    const key = header.kind === 5 || header.kind === 6 ? scalarOf(index, header).value : null
    return typeof key === 'string' ? key : refuse('A key of a dictionary is no string.')
  }

  const valueAt = (index: number, depth: number): T => {
    const header = headerAt(file, table.offsetOf(index), table.end)
    const { kind, start, size } = header
    if (kind !== 0xa && kind !== 0xd) return scalarOf(index, header).made
    if (depth >= limits.depth) refuse(`The property list is nested deeper than ${String(limits.depth)} levels.`)
    const length = kind === 0xa ? size : 2 * size
    table.mustHold(start, length)
    count(length)
    const references = table.references(start, length)
    if (kind === 0xa) return array(references.map((reference) => valueAt(reference, depth + 1)))
    const entries = Object.create(null) as Record<string, T>
    for (let at = 0; at < size; at++) {
      const key = keyAt(references[at] ?? -1)
      if (key in entries) refuse('A dictionary holds a key twice.')
      entries[key] = valueAt(references[size + at] ?? -1, depth + 1)
    }
    return dict(entries)
  }

  count(1)
  return valueAt(table.top, 0)
}

const tableOf = (file: Buffer) => {
  if (file.length < 40 || file.toString('latin1', 0, 8) !== 'bplist00')
    refuse('The binary property list is cut off or of another version.')
  const trailer = file.subarray(-32)
  const [offsetSize = 0, referenceSize = 0] = [trailer[6], trailer[7]]
  const [count, top, start] = [8, 16, 24].map((at) => Number(trailer.readBigUInt64BE(at))) as [number, number, number]
  const end = file.length - 32
  if (![1, 2, 3, 4, 8].includes(offsetSize) || ![1, 2, 3, 4, 8].includes(referenceSize))
    refuse('Its table has entries of odd sizes.')
  if (start < 9 || start + count * offsetSize > end || top >= count) refuse('Its table lies outside the file.')
  const offsetOf = (index: number): number => {
    if (index < 0 || index >= count) return refuse('A reference leads outside the table.')
    const offset = unsigned(file, start + index * offsetSize, offsetSize)
    return offset < 8 || offset >= start ? refuse('An object lies outside the file.') : offset
  }
  const mustHold = (at: number, length: number): void => {
    if (at + length * referenceSize > start) refuse('A list of references is cut off.')
  }
  const references = (at: number, length: number): readonly number[] =>
    Array.from({ length }, (_, index) => unsigned(file, at + index * referenceSize, referenceSize))
  return { top, end: start, offsetOf, mustHold, references }
}

type Header = Readonly<{ kind: number; start: number; size: number }>

/** An object's kind, where its content starts and its count: the low half of the first byte, or an integer behind it when that is 15. */
const headerAt = (file: Buffer, at: number, end: number): Header => {
  const marker = file[at] ?? 0
  const [kind, low] = [marker >> 4, marker & 0x0f]
  if (low !== 0x0f || kind < 4) return { kind, start: at + 1, size: low }
  const marked = file[at + 1] ?? 0
  const width = 2 ** (marked & 0x0f)
  if (marked >> 4 !== 1 || width > 8 || at + 2 + width > end) return refuse('A count is malformed.')
  return { kind, start: at + 2 + width, size: unsigned(file, at + 2, width) }
}

const scalarAt = (file: Buffer, end: number, { kind, start, size }: Header): PlistValue => {
  const width = kind === 6 ? size * 2 : kind === 4 || kind === 5 ? size : kind >= 1 && kind <= 3 ? 2 ** size : 0
  if (start + width > end) return refuse('An object is cut off.')
  const content = file.subarray(start, start + width)
  if (kind === 0 && (size === 8 || size === 9)) return size === 9
  if (kind === 1 && size <= 4) return wholeNumber(integerOf(content))
  if (kind === 2 && (size === 2 || size === 3)) return size === 2 ? content.readFloatBE() : content.readDoubleBE()
  if (kind === 3 && size === 3) return dateOf(content.readDoubleBE())
  if (kind === 4) return new Uint8Array(content)
  if (kind === 5) return isAscii(content) ? textOf(content.toString('latin1')) : refuse('An ASCII string is none.')
  if (kind === 6) return textOf(Buffer.from(content).swap16().toString('utf16le'))
  return refuse('An object is of a kind that property lists in XML do not have.')
}

const textOf = (text: string): string =>
  isXmlText(text) ? text : refuse('A text holds a character that property lists in XML do not have.')

/** One, two and four bytes are unsigned; eight are signed; sixteen hold what eight cannot. */
const integerOf = (content: Buffer): bigint => {
  if (content.length === 8) return content.readBigInt64BE()
  if (content.length === 16) return (content.readBigInt64BE() << 64n) | content.readBigUInt64BE(8)
  return BigInt(content.readUIntBE(0, content.length))
}

const dateOf = (secondsSince2001: number): Date => {
  const date = new Date(Date.UTC(2001, 0, 1) + secondsSince2001 * 1000)
  return Number.isNaN(date.getTime()) ? refuse('A date is none.') : date
}

const unsigned = (file: Buffer, at: number, width: number): number =>
  width === 8 ? Number(file.readBigUInt64BE(at)) : file.readUIntBE(at, width)

const refuse = (message: string): never => {
  throw new ParseError('plist', message)
}
