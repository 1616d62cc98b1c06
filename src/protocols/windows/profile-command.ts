import { ParseError } from '../../kernel/parse-error.ts'
import { holdsPlaceholder } from '../filling/placeholders.ts'
import type { Element } from './syncml-fragment.ts'
import { faultOfValue, isFormat } from './syncml/formats.ts'
import { faultOfLocUri } from './syncml/loc-uris.ts'
import { isReadOnly } from './syncml/read-only-nodes.ts'
import { whyReserved } from './reserved-nodes.ts'

/** The commands that a profile may consist of. */
export type ProfileVerb = 'Add' | 'Replace' | 'Exec'

/** One item of a command: the node, and the text that it is set to; null: elements, or none. */
export type ProfileItem = Readonly<{ locUri: string; data: string | null }>

/** What may stand in a command or an Atomic besides its items and inner commands, as the DTD of SyncML has it. */
export const aside: ReadonlySet<string> = new Set(['CmdID', 'NoResp', 'Cred', 'Meta', 'Correlator'])

/**
 * Reads the items of a command of a profile, and refuses what a device could not take: each names one node, in one Target, with a value that fits
 * its format. Throws `ParseError`, field `profile`, that names the LocURI where there is one.
 * https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export const itemsIn = (command: Element): readonly ProfileItem[] => {
  const { name, children } = command
  mustHoldOnly(command, new Set([...aside, 'Item']))
  const items = children.filter((child) => child.name === 'Item')
  if (items.length === 0) refuse(`A command <${name}> has no Item.`)
  if (name === 'Exec' && items.length > 1) refuse('An Exec has one Item.')
  const format = formatIn(command)
  return items.map((item) => itemOf(item, name, format))
}

/** Refuses text between elements, and elements that have no place there. */
export const mustHoldOnly = ({ name, text, children }: Element, known: ReadonlySet<string>): void => {
  if (text.trim() !== '') refuse(`Text stands between the elements of <${name}>.`)
  const stranger = children.find((child) => !known.has(child.name))
  if (stranger === undefined) return
  const itself = `<${stranger.name.slice(0, 50)}> stands in <${name}>, where it has no place`
  refuse(
    partsOfItems.has(stranger.name) && name !== 'Item' ? `${itself}: it belongs into an <Item>${about(stranger)}.` : `${itself}.`,
  )
}

const partsOfItems: ReadonlySet<string> = new Set(['Target', 'Source', 'Data', 'LocURI'])

const itemParts: ReadonlySet<string> = new Set(['Target', 'Source', 'Meta', 'Data'])

const itemOf = (item: Element, verb: string, formatOfAll: string | null): ProfileItem => {
  mustHoldOnly(item, itemParts)
  const [target, another] = item.children.filter(({ name }) => name === 'Target')
  if (target === undefined) return refuse(`An Item of <${verb}> has no Target${about(item)}.`)
  if (another !== undefined)
    return refuse(`An Item of <${verb}> has two Targets${about(another)}; each node has an Item of its own.`)
  const locUri = locUriIn(target, verb)
  const taken = whyReserved(locUri)
  if (taken !== null) refuse(`The LocURI ${shown(locUri)} is refused. ${taken}`)
  const fault = faultOfLocUri(locUri)?.reason ?? whyUnset(locUri)
  if (fault !== null) refuse(`The LocURI ${shown(locUri)} is refused: ${fault}.`)
  const value = valueIn(item, locUri)
  const format = formatIn(item) ?? formatOfAll
  // What stands for something else is judged when that is filled in.
  const misfit = verb === 'Exec' || holdsPlaceholder(value.text) ? null : faultOfValue(format, value.text)
  return misfit === null
    ? { locUri, data: value.isText ? value.text : null }
    : refuse(`The value of ${shown(locUri)} is refused: ${misfit}.`)
}

const locUriIn = (target: Element, verb: string): string => {
  mustHoldOnly(target, new Set(['LocURI', 'LocName']))
  const [locUri, another] = target.children.filter(({ name }) => name === 'LocURI')
  if (locUri === undefined) return refuse(`A Target of <${verb}> holds no LocURI.`)
  if (another !== undefined)
    return refuse(`A Target of <${verb}> holds two LocURIs (${shown(another.text.trim())}); each node has an Item of its own.`)
  if (locUri.children.length > 0) refuse(`The LocURI of a <${verb}> holds an element.`)
  return locUri.text.trim()
}

/** What a device has, but no profile can set: the parts of the tree themselves, and what can only be read. */
const whyUnset = (locUri: string): string | null => {
  if (isReadOnly(locUri)) return 'it can only be read'
  const segments = locUri
    .slice(2)
    .replace(/^(?:device|user)\//i, '')
    .split('/')
  const least = segments[0]?.toLowerCase() === 'vendor' ? 3 : 2
  return segments.length < least ? 'it names a part of the tree, and no setting' : null
}

/** Elements count as what they are written with; without Data there is nothing. */
const valueIn = ({ children }: Element, locUri: string): Readonly<{ isText: boolean; text: string }> => {
  const [data, another] = children.filter(({ name }) => name === 'Data')
  if (another !== undefined) refuse(`The Item of ${shown(locUri)} has two Data.`)
  const [inner] = data?.children ?? []
  return { isText: data !== undefined && inner === undefined, text: inner === undefined ? (data?.text ?? '') : `<${inner.name}>` }
}

/** https://www.openmobilealliance.org/tech/DTD/DM_META-V1_2.dtd */
const metaParts: ReadonlySet<string> = new Set([
  ...['Format', 'Type', 'Mark', 'Size', 'Anchor', 'Version', 'NextNonce', 'MaxMsgSize', 'MaxObjSize', 'EMI', 'Mem'],
])

const formatIn = ({ children }: Element): string | null => {
  const [meta, another] = children.filter(({ name }) => name === 'Meta')
  if (another !== undefined) refuse('An element has two Meta.')
  if (meta === undefined) return null
  mustHoldOnly(meta, metaParts)
  const [told, twice] = meta.children.filter(({ name }) => name === 'Format')
  if (twice !== undefined) refuse('A Meta has two Formats.')
  const format = told?.text.trim() ?? null
  return format === null || isFormat(format) ? format : refuse(`The format ${format.slice(0, 50)} is none of SyncML.`)
}

/** The LocURI somewhere in an element, for a sentence that ends with it. */
const about = (element: Element): string => {
  const found = locUriSomewhere(element, element.name)
  return found === null ? '' : `; its LocURI ${shown(found.locUri)} stands in <${found.within}>`
}

const locUriSomewhere = (element: Element, within: string): Readonly<{ locUri: string; within: string }> | null => {
  if (element.name === 'LocURI') return { locUri: element.text.trim(), within }
  for (const child of element.children) {
    const found = locUriSomewhere(child, element.name)
    if (found !== null) return found
  }
  return null
}

const shown = (locUri: string): string => (locUri.length > 200 ? `${locUri.slice(0, 200)}…` : locUri)

const refuse = (message: string): never => {
  throw new ParseError('profile', message)
}
