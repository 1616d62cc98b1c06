import { build } from 'plist'
import type { PlistValue } from './value.ts'
import { isXmlText } from './xml-text.ts'

/**
 * Writes an XML property list without indentation. Throws `RangeError` on what XML or the format cannot carry: control characters in
 * text, numbers that are not finite, whole numbers that are not exact, invalid dates.
 */
export const writePlist = (value: PlistValue): string => {
  mustBeWritable(value)
  return build(value as Parameters<typeof build>[0], { pretty: false })
}

const mustBeWritable = (value: PlistValue): void => {
  if (typeof value === 'string') mustBeXmlText(value)
  else if (typeof value === 'number') mustBeExact(value)
  else if (typeof value !== 'object' || value instanceof Uint8Array) return
  else if (value instanceof Date) mustBeDate(value)
  else if (Array.isArray(value)) value.forEach(mustBeWritable)
  else {
    for (const [key, entry] of Object.entries(value)) {
      mustBeXmlText(key)
      mustBeWritable(entry)
    }
  }
}

const mustBeXmlText = (text: string): void => {
  if (!isXmlText(text)) throw new RangeError('A text holds a character that XML cannot carry.')
}

const mustBeExact = (value: number): void => {
  if (!Number.isFinite(value)) throw new RangeError('A number is not finite.')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError('A whole number is too large to be exact.')
}

const mustBeDate = (value: Date): void => {
  const year = value.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) throw new RangeError('A date is invalid or not between the years 0 and 9999.')
}
