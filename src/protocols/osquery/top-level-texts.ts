import { ParseError } from '../../kernel/parse-error.ts'

/** Reads a JSON object as its bytes come, and keeps nothing of it but a few texts. */
export type TopLevelTexts = Readonly<{
  /** Takes the next bytes. */
  push: (bytes: Uint8Array) => void
  /** The texts found by now, by key. */
  found: () => Readonly<Record<string, string>>
  /** To be called after the last bytes. Throws `ParseError` when they were no JSON object, or one that ends too early. */
  end: () => void
}>

/** A key or a text that is longer than this, in bytes as written, is none of those that are looked for. */
const longest = 1024

const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c]
const opening: ReadonlySet<number> = new Set([0x7b, 0x5b])
const closing: ReadonlySet<number> = new Set([0x7d, 0x5d])
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])

/**
 * Finds the texts of `keys` at the top level of a JSON object of any size, in one walk over its bytes and in constant memory. osquery writes its node
 * key last, behind all that it has to say: who speaks is known before any of the rest is made sense of. What comes twice counts as it came last.
 */
export const topLevelTexts = (keys: readonly string[]): TopLevelTexts => {
  const texts: Record<string, string> = {}
  let depth = 0
  let began = false
  let [inText, isEscaped, isKey] = [false, false, true]
  let key: string | null = null
  /** The bytes of a text at the top level; null: elsewhere, or too long. */
  let kept: number[] | null = null

  const endText = (): void => {
    inText = false
    if (depth !== 1) return
    const text = kept === null ? null : decoded(kept)
    if (isKey) key = text
    else if (key !== null && text !== null && keys.includes(key)) texts[key] = text
  }

  const within = (byte: number): void => {
    if (isEscaped) isEscaped = false
    else if (byte === backslash) isEscaped = true
    else if (byte === quote) return endText()
    if (kept !== null) kept = kept.length < longest ? (kept.push(byte), kept) : null
  }

  const between = (byte: number): void => {
    if (byte === quote) {
      inText = true
      kept = depth === 1 ? [] : null
    } else if (opening.has(byte)) depth++
    else if (closing.has(byte)) depth--
    else if (depth === 1 && byte === colon) isKey = false
    else if (depth === 1 && byte === comma) isKey = true
    if (depth < 0) throw noObject()
  }

  const begin = (byte: number): void => {
    if (blanks.has(byte)) return
    if (byte !== 0x7b) throw noObject()
    began = true
    depth = 1
  }

  return {
    push: (bytes) => {
      for (let at = 0; at < bytes.length; at++) {
        if (inText && kept === null && !isEscaped) at = endOfPlain(bytes, at)
        const byte = bytes[at]
        if (byte === undefined) return
        if (inText) within(byte)
        else if (began) between(byte)
        else begin(byte)
      }
    },
    found: () => texts,
    end: () => {
      if (!began || inText || depth !== 0) throw noObject()
    },
  }
}

/** Where a text that is not kept ends or escapes something: most bytes of a log are passed over here. */
const endOfPlain = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (at < bytes.length && bytes[at] !== quote && bytes[at] !== backslash) at++
  return at
}

const noObject = (): ParseError => new ParseError('body', 'The body is no JSON object.')

const decoded = (bytes: readonly number[]): string | null => {
  try {
    const text: unknown = JSON.parse(`"${Buffer.from(bytes).toString('utf8')}"`)
    return typeof text === 'string' ? text : null
  } catch {
    return null
  }
}
