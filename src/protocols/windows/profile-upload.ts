import { ParseError } from '../../kernel/parse-error.ts'
import { otherKindOf } from '../other-kinds.ts'
import { isScep, mustBeScep } from './scep-profile.ts'
import type { Element } from './syncml-fragment.ts'
import { readFragment } from './syncml-fragment.ts'

/** The commands that a profile may consist of. */
export type ProfileVerb = 'Add' | 'Replace' | 'Exec'

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
  const atomic = elements.some(({ name }) => name === 'Atomic')
  if (atomic && elements.length > 1) refuse('An Atomic must be the only element at the top and hold everything else.')
  const commands = (atomic ? elements.flatMap(({ children }) => children) : elements).map((one) => commandOf(one, atomic))
  if (commands.length === 0) refuse('The profile holds no command.')
  const locUris = commands.flatMap((command) => command.locUris)
  locUris.forEach(mustBeFree)
  if (locUris.some(isScep)) mustBeScep(commands)
  else if (commands.some(({ verb }) => verb === 'Exec')) refuse('Exec is taken only to enroll a certificate by SCEP.')
  return { atomic, commands }
}

const commandOf = (element: Element, atomic: boolean): ProfileCommand => {
  const { name } = element
  if (name !== 'Add' && name !== 'Replace' && name !== 'Exec')
    return refuse(
      atomic && name === 'Atomic'
        ? 'An Atomic cannot hold another Atomic.'
        : `A profile consists of Add, Replace, Exec${atomic ? '' : ' and Atomic'}; <${name.slice(0, 50)}> is none of them.`,
    )
  const locUris = locUrisIn(element)
  return locUris.length === 0 ? refuse(`A command <${name}> names no LocURI.`) : { verb: name, locUris }
}

const locUrisIn = ({ name, text, children }: Element): readonly string[] => {
  if (name !== 'LocURI') return children.flatMap(locUrisIn)
  const locUri = text.trim()
  return locUri === '' || locUri.length > 2048 ? refuse('A LocURI has 1 to 2,048 characters.') : [locUri]
}

/** Nodes that the server sets itself, and those by which a profile could wipe a device or cut it off; as `folded` writes them. */
const taken = [
  ['/vendor/msft/bitlocker', 'Disk encryption is not set by a profile of your own; use the settings for disk encryption.'],
  ['/vendor/msft/policy/config/update', 'Windows updates are not set by a profile of your own; use the settings for OS updates.'],
  ['/vendor/msft/remotewipe', 'A device is not wiped by a profile (RemoteWipe); use the command.'],
  ['/dmclient/', 'How a device reaches this server (DMClient) is not set by a profile.'],
  ['/syncml/dmacc', 'The account that a device is managed by (DMAcc) is not set by a profile.'],
  ['/certificatestore/my/wstep', 'The certificate that a device is managed by (WSTEP) is not set by a profile.'],
] as const

const mustBeFree = (locUri: string): void => {
  const node = folded(locUri)
  if (node.startsWith('/')) refuse('A LocURI does not begin with a slash, but with ./ as in ./Device/Vendor/MSFT.')
  for (const [start, reason] of taken) if (`${node}/`.includes(start)) refuse(reason)
}

/**
 * As a device may understand it, for comparing: no disguise by escapes, case or doubled slashes. Escapes are taken one by one, so that a broken
 * one hides no other; all that is looked for is ASCII.
 */
const folded = (locUri: string): string =>
  locUri
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .trim()
    .toLowerCase()
    .replace(/\/(?:\.?\/)+/g, '/')

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
