import { ParseError } from '../../kernel/parse-error.ts'
import { xmlText } from '../xml/xml-text.ts'
import { foldBinaryPlist } from './read-binary.ts'
import type { PlistLimits, PlistValue } from './value.ts'

/**
 * The value of a binary property list as an element of an XML one, of the same kinds: 1.0 stays a `<real>`. `characters` is how long it may
 * become, as shared objects are written each time. Throws `ParseError`, field `plist`.
 */
export const binaryAsXml = (bytes: Uint8Array, limits: PlistLimits, characters: number): string => {
  const bounded = (xml: string): string => {
    if (xml.length > characters)
      throw new ParseError('plist', `The property list has more than ${String(characters)} characters when it is written as XML.`)
    return xml
  }
  return foldBinaryPlist(bytes, limits, {
    scalar: (value, isReal) => bounded(scalarXml(value, isReal)),
    array: (items) => joined('array', items, bounded),
    dict: (entries) =>
      joined(
        'dict',
        Object.entries(entries).map(([key, value]) => `<key>${xmlText(key)}</key>${value}`),
        bounded,
      ),
  })
}

const joined = (name: string, items: readonly string[], bounded: (xml: string) => string): string =>
  `<${name}>${items.reduce((all, item) => bounded(all + item), '')}</${name}>`

const scalarXml = (value: PlistValue, isReal: boolean): string => {
  if (typeof value === 'string') return `<string>${xmlText(value)}</string>`
  if (typeof value === 'boolean') return `<${String(value)}/>`
  if (value instanceof Uint8Array) return `<data>${Buffer.from(value).toString('base64')}</data>`
  if (value instanceof Date) return `<date>${value.toISOString().replace(/\.\d+Z$/, 'Z')}</date>`
  if (typeof value === 'bigint' || typeof value === 'number')
    return isReal ? `<real>${realText(Number(value))}</real>` : `<integer>${value.toString()}</integer>`
  throw new TypeError('A list is no scalar.')
}

/** As Apple's own writer spells what has no figures. */
const realText = (value: number): string =>
  Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? String(value) : value > 0 ? '+infinity' : '-infinity'
