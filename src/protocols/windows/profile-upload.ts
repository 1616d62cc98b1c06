import { ParseError } from '../../kernel/parse-error.ts'
import { otherKindOf } from '../other-kinds.ts'
import type { ProfileItem, ProfileVerb } from './profile-command.ts'
import { aside, itemsIn, mustHoldOnly } from './profile-command.ts'
import { isScep, mustBeScep } from './scep-profile.ts'
import type { Element } from './syncml-fragment.ts'
import { readFragment } from './syncml-fragment.ts'
import { normalLocUri } from './syncml/loc-uris.ts'
import { readSyncBody } from './syncml/read-message.ts'

/** One command of a profile, with the nodes that it is about. */
export type ProfileCommand = Readonly<{ verb: ProfileVerb; locUris: readonly string[] }>

/** A Windows profile that an admin may upload. `atomic`: it wraps its commands itself. */
export type WindowsProfile = Readonly<{ atomic: boolean; commands: readonly ProfileCommand[] }>

/** 1 MiB. */
export const maxWindowsProfileBytes = 1024 * 1024

/**
 * Reads a profile in SyncML and refuses what a device could not run and what the server manages itself. Throws `ParseError`, field `profile`.
 * https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export const readWindowsProfile = (bytes: Uint8Array): WindowsProfile => {
  if (bytes.length > maxWindowsProfileBytes) refuse(`The profile has ${String(bytes.length)} bytes; at most 1 MiB is taken.`)
  const other = otherKindOf(bytes)
  if (other !== null) refuse(`The profile is ${other}`)
  const text = decoded(bytes)
  if (/^\s*<\?/.test(text)) refuse('A Windows profile has no processing instruction, not even <?xml … ?>.')
  const elements = readFragment(text)
  const [around] = elements.filter(({ name }) => name === 'Atomic')
  if (around !== undefined && elements.length > 1)
    refuse('An Atomic must be the only element at the top and hold everything else.')
  const told = (around === undefined ? elements : commandsOf(around)).map((one) => commandOf(one, around !== undefined))
  if (told.length === 0) refuse('The profile holds no command.')
  mustSetOnce(told)
  const commands = told.map(({ verb, items }) => ({ verb, locUris: items.map(({ locUri }) => locUri) }))
  if (commands.some(({ locUris }) => locUris.some(isScep))) mustBeScep(commands)
  else if (commands.some(({ verb }) => verb === 'Exec')) refuse('Exec is taken only to enroll a certificate by SCEP.')
  mustBeDeliverable(text)
  return { atomic: around !== undefined, commands }
}

/** The DTD of SyncML lets an Atomic begin with a CmdID; the server gives its own. */
const commandsOf = (atomic: Element): readonly Element[] => {
  if (atomic.children.some(({ name }) => name === 'Item')) mustHoldOnly(atomic, new Set([...aside, ...verbs]))
  if (atomic.text.trim() !== '') refuse('Text stands between the elements of <Atomic>.')
  return atomic.children.filter(({ name }) => !aside.has(name))
}

const verbs = ['Add', 'Replace', 'Exec'] as const satisfies readonly ProfileVerb[]

type Told = Readonly<{ verb: ProfileVerb; items: readonly ProfileItem[] }>

const commandOf = (element: Element, atomic: boolean): Told => {
  const { name } = element
  const verb = verbs.find((one) => one === name)
  if (verb !== undefined) return { verb, items: itemsIn(element) }
  return refuse(
    atomic && name === 'Atomic'
      ? 'An Atomic cannot hold another Atomic.'
      : `A profile consists of Add, Replace, Exec${atomic ? '' : ' and Atomic'}; <${name.slice(0, 50)}> is none of them.`,
  )
}

/** A node that is set to two values would never be found as it should be; and Windows takes no Replace of what it just added. */
const mustSetOnce = (commands: readonly Told[]): void => {
  const set = new Map<string, Readonly<{ verb: ProfileVerb; data: string | null }>>()
  for (const { verb, items } of commands)
    for (const { locUri, data } of verb === 'Exec' ? [] : items) {
      const node = normalLocUri(locUri)
      const before = set.get(node)
      const same = before?.verb === 'Replace' && verb === 'Replace' && before.data !== null && before.data === data
      if (before !== undefined && !same)
        refuse(`The LocURI ${locUri.slice(0, 200)} is set twice, by ${before.verb} and by ${verb}; a profile sets a node once.`)
      set.set(node, { verb, data })
    }
}

/** It is read once more when it goes out, then with namespaces and in a message. */
const mustBeDeliverable = (text: string): void => {
  try {
    readSyncBody(text.replace(/^\ufeff/, ''))
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    refuse(`The profile cannot be sent in a message: ${error.message}`)
  }
}

const decoded = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse('The profile is not in UTF-8.')
  }
}

const refuse = (message: string): never => {
  throw new ParseError('profile', message)
}
