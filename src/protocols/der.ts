import { ParseError } from '../kernel/parse-error.ts'

/** One element of DER: its tag byte, its content, and the whole of it with tag and length. The bytes are views, not copies. */
export type Der = Readonly<{ tag: number; content: Uint8Array; whole: Uint8Array }>

/** Tag bytes of the universal types in use; `context(n)` is the constructed context tag `[n]`. */
export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

export const context = (number: number): number => 0xa0 | number

/** Reads exactly one element that fills `bytes`. Throws `ParseError` (field `der`) on indefinite or overlong lengths, overruns and leftovers. */
export const readDer = (bytes: Uint8Array): Der => {
  const element = elementAt(bytes, 0)
  if (element.whole.length !== bytes.length) throw malformed('bytes follow after its end', element.whole.length)
  return element
}

/** A document that a streaming encoder cut into pieces has some ten thousand; 16 MB of empty elements would take 2 GB to list. */
export const maxDerItems = 100_000

/**
 * Reads the elements that follow one another in `content`, as inside a SEQUENCE or SET, 100,000 at most. Throws `ParseError` like `readDer`.
 */
export const readDerItems = (content: Uint8Array): readonly Der[] => {
  const items: Der[] = []
  for (let at = 0; at < content.length;) {
    const element = elementAt(content, at)
    if (items.push(element) > maxDerItems) throw malformed('it has too many elements', at)
    at += element.whole.length
  }
  return items
}

/** The element itself if it is there and has this tag; otherwise throws a `ParseError` that names what was expected. */
export const expectDer = (element: Der | undefined, tag: number, what: string): Der => {
  if (element === undefined) throw new ParseError('der', `${what} is missing.`)
  if (element.tag !== tag) throw new ParseError('der', `${what} has tag ${hexByte(element.tag)} instead of ${hexByte(tag)}.`)
  return element
}

/** The items of a constructed element that has this tag. Throws `ParseError`. */
export const derItemsOf = (element: Der | undefined, tag: number, what: string): readonly Der[] =>
  readDerItems(expectDer(element, tag, what).content)

/** Writes one element around the given parts. */
export const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => derOfParts(tag, parts)

/** The same for parts whose number comes from outside: too many arguments of a call overflow the stack. */
export const derOfParts = (tag: number, parts: readonly Uint8Array[]): Buffer => {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Uint8Array.of(tag, ...lengthBytes(size)), ...parts])
}

export const derSequence = (...parts: readonly Uint8Array[]): Buffer => der(derTag.sequence, ...parts)

/** A SET OF: its members are put in the order that DER demands. */
export const derSetOf = (...members: readonly Uint8Array[]): Buffer =>
  der(derTag.set, ...[...members].sort((one, other) => Buffer.compare(one, other)))

/** An object identifier from its dotted form, such as `1.2.840.113549.1.7.2`. */
export const derOid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(derTag.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** A non-negative whole number. */
export const derInteger = (value: number): Buffer => {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex')
  return der(derTag.integer, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes)
}

export const derNull = Uint8Array.of(derTag.null, 0)

/** Where an element's content begins, and how long it is; -1 for the indefinite form, which only the BER reader takes. */
export const derHeader = (bytes: Uint8Array, at: number): Readonly<{ tag: number; start: number; size: number }> => {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw malformed('it ends inside a header', at)
  if ((tag & 0x1f) === 0x1f) throw malformed('a tag has more than one byte', at)
  if (first < 0x80) return { tag, start: at + 2, size: first }
  if (first === 0x80) return { tag, start: at + 2, size: -1 }
  const count = first & 0x7f
  if (count > 4 || at + 2 + count > bytes.length) throw malformed('a length is too large', at)
  let size = 0
  for (let index = at + 2; index < at + 2 + count; index++) size = size * 256 + (bytes[index] ?? 0)
  if (size < 0x80 || bytes[at + 2] === 0) throw malformed('a length is not in its shortest form', at)
  return { tag, start: at + 2 + count, size }
}

const elementAt = (bytes: Uint8Array, at: number): Der => {
  const { tag, start, size } = derHeader(bytes, at)
  if (size === -1) throw malformed('a length is indefinite', at)
  if (start + size > bytes.length) throw malformed('an element is longer than what holds it', at)
  return { tag, content: bytes.subarray(start, start + size), whole: bytes.subarray(at, start + size) }
}

const malformed = (reason: string, at: number) =>
  new ParseError('der', `The ASN.1 structure is malformed: ${reason} (offset ${String(at)} of its parent).`)

const hexByte = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`

const lengthBytes = (size: number): readonly number[] => {
  if (size < 0x80) return [size]
  const bytes: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

const base128 = (arc: number): readonly number[] => {
  const bytes = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest % 128))
  return bytes
}
