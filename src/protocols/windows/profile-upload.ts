import { ParseError } from '../../kernel/parse-error.ts'
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
  const text = decoded(bytes)
  if (text.trim() === '') refuse('The profile is empty.')
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

/** Nodes that the server sets itself, wherever they begin (`./`, `./Device/`). */
const taken = [
  ['/Vendor/MSFT/BitLocker', 'Disk encryption is not set by a profile of your own; use the settings for disk encryption.'],
  ['/Vendor/MSFT/Policy/Config/Update', 'Windows updates are not set by a profile of your own; use the settings for OS updates.'],
] as const

const mustBeFree = (locUri: string): void => {
  for (const [node, reason] of taken) if (locUri.includes(node)) refuse(reason)
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
