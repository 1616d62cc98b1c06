import { withNeutralValues } from '../filling/neutral.ts'
import { readPlist } from '../plist/read.ts'
import type { Json } from './json.ts'
import type { XmlTree } from './xml-tree.ts'
import { xmlTree } from './xml-tree.ts'

/**
 * A property list in XML as JSON. Dates and base64 are texts, and so are numbers that JSON readers would round, and placeholders in the places of
 * numbers. Throws `ParseError` for what `readPlist` does not take.
 */
export const plistJson = (xml: string): Json => {
  const text = xml.replace(/^\ufeff/, '').trimStart()
  readPlist(Buffer.from(withNeutralValues('apple-profile', text)))
  const [value] = xmlTree(text)[0]?.children ?? []
  return value === undefined ? null : jsonOf(value)
}

const jsonOf = (element: XmlTree): Json => {
  const { name, children, text } = element
  if (name === 'dict') return dictJson(children)
  if (name === 'array') return children.map(jsonOf)
  if (name === 'true' || name === 'false') return name === 'true'
  if (name === 'integer' || name === 'real') return numberJson(text.trim())
  return name === 'data' ? text.replace(/\s+/g, '') : text
}

/** Keys and values by turns. */
const dictJson = (children: readonly XmlTree[]): Json =>
  Object.fromEntries(
    children.flatMap((key, index) => {
      const value = children[index + 1]
      return index % 2 === 0 && value !== undefined ? [[key.text, jsonOf(value)]] : []
    }),
  )

const numberJson = (text: string): Json => {
  const number = Number(text)
  const isExact = text !== '' && Number.isFinite(number) && (Number.isSafeInteger(number) || !Number.isInteger(number))
  return isExact ? number : text
}
