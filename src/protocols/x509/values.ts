import { ParseError } from '../../kernel/parse-error.ts'
import type { Der } from '../der.ts'
import { der, derTag, expectDer } from '../der.ts'

/** Tag bytes of the string types that certificates use beside those of `derTag`. */
export const stringTag = { numeric: 0x12, printable: derTag.printableString, t61: 0x14, ia5: 0x16, bmp: 0x1e } as const

/** The primitive context tag `[n]`, for IMPLICIT strings and octets. */
export const primitive = (number: number): number => 0x80 | number

/** An object identifier in dotted form. Throws `ParseError` when it is malformed or absurdly long. */
export const readOid = (element: Der | undefined, what: string): string => {
  const { content } = expectDer(element, derTag.oid, what)
  const last = content.at(-1)
  if (last === undefined || last >= 0x80 || content.length > 32) throw new ParseError('der', `${what} is no object identifier.`)
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(arc)) throw new ParseError('der', `${what} is no object identifier.`)
    if (byte < 0x80) arcs.push(arc)
    if (byte < 0x80) arc = 0
  }
  const [joined = 0, ...rest] = arcs
  const first = Math.min(2, Math.floor(joined / 40))
  return [first, joined - first * 40, ...rest].join('.')
}

/** A non-negative integer from hex. */
export const writeHexInteger = (hex: string): Buffer => {
  const bytes = Buffer.from(hex, 'hex')
  return der(derTag.integer, ...((bytes[0] ?? 0) & 0x80 ? [Uint8Array.of(0)] : []), bytes)
}

/** The octets of a BIT STRING that has no unused bits, such as a signature. Throws `ParseError`. */
export const readBits = (element: Der | undefined, what: string): Uint8Array => {
  const { content } = expectDer(element, derTag.bitString, what)
  if (content[0] !== 0) throw new ParseError('der', `${what} is not made of whole octets.`)
  return content.subarray(1)
}

export const writeBits = (bytes: Uint8Array, unused = 0): Buffer => der(derTag.bitString, Uint8Array.of(unused), bytes)

const maxTextBytes = 1024

/**
 * Text of any of the string types found in certificates, at most 1024 bytes of it. Throws `ParseError` on another type, bytes that are
 * not valid in it, and control characters: a NUL in a name has fooled many a reader.
 */
export const readText = (element: Der | undefined, what: string): string => {
  if (element === undefined) throw new ParseError('der', `${what} is missing.`)
  if (element.content.length > maxTextBytes) throw new ParseError('der', `${what} is longer than ${String(maxTextBytes)} bytes.`)
  const text = decode(element.tag, element.content)
  if (text === null) throw new ParseError('der', `${what} is no text.`)
  if (hasControlCharacter(text)) throw new ParseError('der', `${what} holds a control character.`)
  return text
}

export const writeText = (tag: number, text: string): Buffer => der(tag, Buffer.from(text, 'utf8'))

/** UTCTime to 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5); whole seconds. */
export const writeTime = (time: Date): Buffer => {
  const digits = time.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return time.getUTCFullYear() < 2050
    ? der(derTag.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : der(derTag.generalizedTime, Buffer.from(digits, 'latin1'))
}

const decode = (tag: number, content: Uint8Array): string | null => {
  switch (tag) {
    case derTag.utf8String:
      return decodeStrictly('utf-8', content)
    case stringTag.bmp:
      return content.length % 2 === 0 ? Buffer.from(Buffer.from(content).swap16()).toString('utf16le') : null
    case stringTag.t61:
      return Buffer.from(content).toString('latin1')
    case stringTag.printable:
    case stringTag.ia5:
    case stringTag.numeric:
      return content.every((byte) => byte < 0x80) ? Buffer.from(content).toString('latin1') : decodeStrictly('utf-8', content)
    default:
      return null
  }
}

const decodeStrictly = (encoding: string, content: Uint8Array): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return null
  }
}

const hasControlCharacter = (text: string): boolean => /\p{Cc}/u.test(text)
