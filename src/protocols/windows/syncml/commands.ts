import { ParseError } from '../../../kernel/parse-error.ts'
import type { XmlElement } from '../../xml/read-xml.ts'
import { childrenOf, readXml, textAt } from '../../xml/read-xml.ts'
import { faultOfLocUri } from './loc-uris.ts'
import type { GroupCommand, NodeCommand, Verb } from './message.ts'
import { readSyncBody } from './read-message.ts'
import { commandXml } from './write-message.ts'

/**
 * A command in an admin's own SyncML. `locUri` is the node that it is about, null for an Atomic and for several nodes; `locUris` are all of
 * them. `xml` still needs a CmdID of its own: `withCommandId`.
 */
export type RawCommand = Readonly<{ verb: Verb | 'Atomic'; locUri: string | null; locUris: readonly string[]; xml: string }>

/** No more than one command should weigh: Windows is not known to take one in pieces. */
export const maxCommandBytes = 500_000

/**
 * Reads one command of an admin and refuses what a device could not run. Comments, CmdIDs and what is no part of a command are left out; data
 * keeps its meaning. Throws `ParseError`, field `command`.
 * https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export const readRawCommand = (xml: string): RawCommand => {
  mustFit(xml)
  const element = onlyElementOf(xml)
  const verb = isVerb(element.name) || element.name === 'Atomic' ? element.name : null
  if (verb === null)
    return refuse(`A command is one of ${verbs.join(', ')} and Atomic; <${element.name.slice(0, 50)}> is none of them.`)
  const locUris = verb === 'Atomic' ? locUrisOfAtomic(element) : locUrisOf(element)
  const locUri = verb !== 'Atomic' && locUris.length === 1 ? (locUris[0] ?? null) : null
  const printed = withCommandId(xml, 'unsent')
  mustFit(printed)
  return { verb, locUri, locUris, xml: printed }
}

/** The command with this CmdID; those inside an Atomic get it with their number: `id.1`, `id.2`. */
export const withCommandId = (xml: string, id: string): string => {
  const [command] = readSyncBody(xml)
  if (command === undefined || !('items' in command || 'commands' in command)) return refuse('The text holds no command.')
  if (command.name === 'Alert' || command.name === 'Results') return refuse('The text holds no command.')
  return commandXml(numbered(command, id))
}

/** As it was given, and as it is sent: escapes may make it longer. */
const mustFit = (xml: string): void => {
  const bytes = Buffer.byteLength(xml)
  if (bytes > maxCommandBytes) refuse(`The command has ${String(bytes)} bytes; at most ${String(maxCommandBytes)} are taken.`)
}

const verbs = ['Add', 'Replace', 'Delete', 'Get', 'Exec'] as const satisfies readonly Verb[]

const isVerb = (name: string): name is Verb => verbs.some((verb) => verb === name)

const onlyElementOf = (xml: string): XmlElement => {
  if (/^\s*<\?/.test(xml)) refuse('A command has no processing instruction, not even <?xml … ?>.')
  const limits = { field: 'command', maxBytes: maxCommandBytes + 100, maxDepth: 34, maxElements: 20_000 }
  const around = readXml(Buffer.from(`<SyncBody xmlns="SYNCML:SYNCML1.2">${xml}</SyncBody>`), limits)
  if (around.text.trim() !== '') refuse('Text stands beside the command.')
  const [element, another] = around.children
  if (element === undefined) return refuse('The text holds no command.')
  if (another !== undefined) refuse('One command is taken at a time; put several that belong together in an Atomic.')
  return element
}

/** What may stand in a command besides items and inner commands. */
const aside: ReadonlySet<string> = new Set(['CmdID', 'NoResp', 'Meta', 'Cred', 'Correlator'])

const locUrisOfAtomic = ({ children }: XmlElement): readonly string[] => {
  const inner = children.filter(({ name }) => !aside.has(name))
  if (inner.length === 0) refuse('The Atomic holds no command.')
  return inner.flatMap((element) => {
    if (element.name === 'Atomic') return refuse('An Atomic cannot hold another Atomic.')
    if (element.name === 'Get') return refuse('An Atomic cannot hold a Get.')
    return isVerb(element.name)
      ? locUrisOf(element)
      : refuse(`An Atomic holds Add, Replace, Delete and Exec; <${element.name.slice(0, 50)}> is none of them.`)
  })
}

const locUrisOf = (element: XmlElement): readonly string[] => {
  const { name } = element
  const items = childrenOf(element, 'Item')
  if (items.length === 0) refuse(`A command <${name}> has no Item.`)
  if (name === 'Exec' && items.length > 1) refuse('An Exec has one Item.')
  const stranger = element.children.find((child) => child.name !== 'Item' && !aside.has(child.name))
  if (stranger !== undefined) refuse(`A command <${name}> holds <${stranger.name.slice(0, 50)}>, which is no part of it.`)
  return items.map((item) => {
    const [target, another] = childrenOf(item, 'Target')
    if (another !== undefined) refuse(`An Item of <${name}> has two Targets; each node has an Item of its own.`)
    const locUri = textAt(target, 'LocURI') ?? ''
    if (locUri === '') refuse(`An Item of <${name}> needs a Target with a LocURI.`)
    if (childrenOf(target, 'LocURI').length > 1) refuse(`A Target of <${name}> holds two LocURIs.`)
    const fault = faultOfLocUri(locUri, { reads: name === 'Get' })
    // What no Windows of today has is for the device to say: the admin asked for this very node.
    return fault?.kind !== 'malformed' ? locUri : refuse(`The LocURI ${locUri.slice(0, 200)} is refused: ${fault.reason}.`)
  })
}

const numbered = (command: NodeCommand | GroupCommand, id: string): NodeCommand | GroupCommand =>
  'items' in command
    ? { ...command, cmdId: id }
    : { ...command, cmdId: id, commands: command.commands.map((inner, index) => numbered(inner, `${id}.${String(index + 1)}`)) }

const refuse = (message: string): never => {
  throw new ParseError('command', message)
}
