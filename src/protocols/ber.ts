import { ParseError } from '../kernel/parse-error.ts'
import { derHeader, derOfParts, derTag, maxDerItems } from './der.ts'

const maxDepth = 16

/**
 * Turns BER with indefinite lengths and octet strings in pieces into the same structure in definite form; what has neither comes back
 * byte for byte. Apple's CMS encoder streams: what its tools and devices sign often begins with `30 80`.
 * Throws `ParseError` (field `der`) on overruns, missing ends, leftovers, nesting beyond 16 and more than 100,000 elements.
 */
export const toDefinite = (bytes: Uint8Array): Uint8Array => {
  const element = convert({ elements: 0 }, bytes, 0, 0)
  if (element.next !== bytes.length) throw new ParseError('der', 'Bytes follow after the end of the ASN.1 structure.')
  return element.bytes
}

/** What is counted on the way. */
type Tally = { elements: number }

type Converted = Readonly<{ bytes: Uint8Array; next: number; changed: boolean }>

const convert = (tally: Tally, bytes: Uint8Array, at: number, depth: number): Converted => {
  if (++tally.elements > maxDerItems) throw new ParseError('der', 'The ASN.1 structure has too many elements.')
  if (depth > maxDepth) throw new ParseError('der', `The ASN.1 structure is nested deeper than ${String(maxDepth)} levels.`)
  const { tag, start, size } = derHeader(bytes, at)
  const constructed = (tag & 0x20) !== 0
  const end = size === -1 ? bytes.length : start + size
  if (end > bytes.length) throw new ParseError('der', 'An ASN.1 element is longer than what holds it.')
  if (!constructed && size === -1) throw new ParseError('der', 'A primitive ASN.1 element has an indefinite length.')
  if (!constructed) return { bytes: bytes.subarray(at, end), next: end, changed: false }
  const { parts, next, changed } = convertItems(tally, bytes.subarray(0, end), { start, untilMark: size === -1, depth })
  if (tag === (derTag.octetString | 0x20)) return { bytes: derOfParts(derTag.octetString, parts.map(piece)), next, changed: true }
  if (size !== -1 && !changed) return { bytes: bytes.subarray(at, end), next, changed: false }
  return { bytes: derOfParts(tag, parts), next, changed: true }
}

type Inside = Readonly<{ start: number; untilMark: boolean; depth: number }>

const convertItems = (tally: Tally, bytes: Uint8Array, { start, untilMark, depth }: Inside) => {
  const parts: Uint8Array[] = []
  let changed = false
  let at = start
  while (at < bytes.length) {
    if (untilMark && bytes[at] === 0 && bytes[at + 1] === 0) return { parts, next: at + 2, changed }
    const item = convert(tally, bytes, at, depth + 1)
    parts.push(item.bytes)
    changed ||= item.changed
    at = item.next
  }
  if (untilMark) throw new ParseError('der', 'An ASN.1 element of indefinite length has no end.')
  return { parts, next: at, changed }
}

const piece = (part: Uint8Array): Uint8Array => {
  const { tag, start } = derHeader(part, 0)
  if (tag !== derTag.octetString) throw new ParseError('der', 'An octet string in pieces holds something else.')
  return part.subarray(start)
}
