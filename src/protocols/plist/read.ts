import { ParseError } from '../../kernel/parse-error.ts'
import { isBinaryPlist, readBinaryPlist } from './read-binary.ts'
import { readXmlPlist } from './read-xml.ts'
import type { PlistLimits, PlistValue } from './value.ts'

export type { PlistDict, PlistValue } from './value.ts'

const defaultLimits: PlistLimits = { bytes: 16 * 1024 * 1024, depth: 64, nodes: 500_000 }

/**
 * Reads a property list, XML or binary, that comes from outside. Integers beyond 2^53 come as bigint, dates as Date, data as Uint8Array,
 * dictionaries without a prototype. A key that stands twice in a dictionary is refused: two readers could see two different messages.
 * Throws `ParseError` (field `plist`) on anything that is not a whole, well-formed list within the limits.
 */
export const readPlist = (bytes: Uint8Array, limits: Partial<PlistLimits> = {}): PlistValue => {
  const bounds = { ...defaultLimits, ...limits }
  if (bytes.length > bounds.bytes) {
    throw new ParseError(
      'plist',
      `The property list has ${String(bytes.length)} bytes; at most ${String(bounds.bytes)} are taken.`,
    )
  }
  return isBinaryPlist(bytes) ? readBinaryPlist(bytes, bounds) : readXmlPlist(bytes, bounds)
}
