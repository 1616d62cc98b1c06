import { xml2js } from 'xml-js'
import type { Element } from 'xml-js'

/** An element without its prefix; `text` is what stands in it and not in its children, CDATA and escapes alike. */
export type XmlTree = Readonly<{
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly XmlTree[]
  text: string
}>

/**
 * The elements of a document. It is for what people read, and has no bounds: the text must have passed a strict reader before (`readPlist`,
 * `readXml`), which tells of size, depth and well-formedness. xml-js is only read with: it does not escape what it writes in attributes.
 */
export const xmlTree = (xml: string): readonly XmlTree[] => {
  const document = xml2js(xml, { compact: false, captureSpacesBetweenElements: true, ignoreComment: true }) as Element
  return elementsIn(document)
}

const elementsIn = ({ elements = [] }: Element): readonly XmlTree[] =>
  elements.flatMap((one) =>
    one.type === 'element'
      ? [{ name: localName(one.name ?? ''), attributes: attributesOf(one), children: elementsIn(one), text: textIn(one) }]
      : [],
  )

/** Long texts come in several nodes. */
const textIn = ({ elements = [] }: Element): string =>
  elements.map((one) => (one.type === 'text' ? String(one.text ?? '') : one.type === 'cdata' ? (one.cdata ?? '') : '')).join('')

const attributesOf = ({ attributes = {} }: Element): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      name === 'xmlns' || name.startsWith('xmlns:') ? [] : [[localName(name), String(value ?? '')]],
    ),
  )

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
