import { ParseError } from '../../kernel/parse-error.ts'
import { readSyncBody } from '../windows/syncml/read-message.ts'
import { readXml } from '../xml/read-xml.ts'
import type { Json, JsonObject } from './json.ts'
import type { XmlTree } from './xml-tree.ts'
import { xmlTree } from './xml-tree.ts'

/**
 * Commands and results in SyncML as JSON: one object for each item, in the order of the document, with `atomic` for what is in an Atomic. Data
 * that is XML itself is a list of its elements. Throws `ParseError` for what `readSyncBody` does not take.
 */
export const syncmlJson = (xml: string): readonly JsonObject[] => {
  const bare = xml.replace(/^\ufeff/, '')
  readSyncBody(bare)
  return (xmlTree(`<SyncBody>${bare}</SyncBody>`)[0]?.children ?? []).flatMap((command) => commandJson(command, false))
}

const commandJson = (command: XmlTree, atomic: boolean): readonly JsonObject[] => {
  const { name, children } = command
  if (name === 'Atomic' || name === 'Sequence')
    return children.filter((inner) => !aside.has(inner.name)).flatMap((inner) => commandJson(inner, atomic || name === 'Atomic'))
  const common = { verb: name, ...(atomic && { atomic }) }
  const items = children.filter((child) => child.name === 'Item')
  return items.length === 0 ? [common] : items.map((item) => ({ ...common, ...itemJson(item, childOf(command, 'Meta')) }))
}

const aside: ReadonlySet<string> = new Set(['CmdID', 'NoResp', 'Meta', 'Cred'])

const itemJson = (item: XmlTree, metaOfAll: XmlTree | undefined): JsonObject => {
  const meta = childOf(item, 'Meta')
  const locUri = textAt(childOf(item, 'Target') ?? childOf(item, 'Source'), 'LocURI')
  const format = textAt(meta, 'Format') ?? textAt(metaOfAll, 'Format')
  const type = textAt(meta, 'Type') ?? textAt(metaOfAll, 'Type')
  const data = childOf(item, 'Data')
  return {
    ...(locUri !== null && { loc_uri: locUri }),
    ...(format !== null && { format }),
    ...(type !== null && type !== 'text/plain' && { type }),
    ...(data !== undefined && { data: data.children.length > 0 ? data.children.map(elementJson) : dataJson(data.text) }),
  }
}

const limits = { field: 'data', maxBytes: 1024 * 1024, maxDepth: 40, maxElements: 20_000 }

/** A text that is XML, as its elements: policies of administrative templates, networks, queries. */
const dataJson = (text: string): Json => {
  const bare = text
    .trim()
    .replace(/^<\?xml[^>]*\?>/, '')
    .trim()
  if (!bare.startsWith('<') || !bare.endsWith('>')) return text
  const whole = `<data>${bare}</data>`
  try {
    readXml(Buffer.from(whole), limits)
  } catch (error) {
    if (error instanceof ParseError) return text
    throw error
  }
  return (xmlTree(whole)[0]?.children ?? []).map(elementJson)
}

const elementJson = ({ name, attributes, children, text }: XmlTree): JsonObject => ({
  element: name,
  ...(Object.keys(attributes).length > 0 && { attributes }),
  ...(children.length > 0 && { children: children.map(elementJson) }),
  ...(text.trim() !== '' && { text: children.length > 0 ? text.trim() : text }),
})

const childOf = (element: XmlTree | undefined, name: string): XmlTree | undefined =>
  element?.children.find((child) => child.name === name)

const textAt = (element: XmlTree | undefined, name: string): string | null => childOf(element, name)?.text.trim() ?? null
