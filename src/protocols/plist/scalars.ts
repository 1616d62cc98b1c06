import { ParseError } from '../../kernel/parse-error.ts'

/** Turns the text of a scalar element into its value. The functions throw `ParseError` without repeating the text: it may be a secret. */
export const scalars = {
  integer: (text: string): number | bigint => wholeNumber(integerText(text.trim())),
  real: (text: string): number => realNumber(text.trim()),
  date: (text: string): Date => dateOf(text.trim()),
  data: (text: string): Uint8Array => base64Bytes(text),
} as const

/** A number where it is exact, a bigint elsewhere. Property lists hold 64 bits, signed or not. */
export const wholeNumber = (value: bigint): number | bigint => {
  if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new ParseError('plist', 'An integer has more than 64 bits.')
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

const integerText = (text: string): bigint => {
  const match = /^([+-]?)(\d{1,40}|0[xX][0-9a-fA-F]{1,40})$/.exec(text)
  if (match === null) throw new ParseError('plist', 'An <integer> is no whole number.')
  const magnitude = BigInt(match[2] ?? '')
  return match[1] === '-' ? -magnitude : magnitude
}

/** The words that Apple's own parser knows besides figures. */
const realWords: ReadonlyMap<string, number> = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity],
])

const realNumber = (text: string): number => {
  const word = realWords.get(text.toLowerCase())
  if (word !== undefined) return word
  if (text.length > 400 || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text))
    throw new ParseError('plist', 'A <real> is no number.')
  return Number(text)
}

const dateOf = (text: string): Date => {
  const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? new Date(text) : null
  if (date === null || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== text.slice(0, 19)) {
    throw new ParseError('plist', 'A <date> is no date of the form YYYY-MM-DDThh:mm:ssZ.')
  }
  return date
}

const base64Bytes = (text: string): Uint8Array => {
  const packed = text.search(/[ \t\r\n]/) === -1 ? text : withoutSpaces(text)
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) throw new ParseError('plist', 'A <data> is no base64.')
  return new Uint8Array(Buffer.from(packed, 'base64'))
}

/** In bytes: a text with a space after every letter would take most of a second to replace. */
const withoutSpaces = (text: string): string => {
  const bytes = Buffer.from(text, 'utf8')
  let to = 0
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) bytes[to++] = byte
  return bytes.toString('latin1', 0, to)
}
