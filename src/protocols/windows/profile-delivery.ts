import { ParseError } from '../../kernel/parse-error.ts'
import { normalLocUri } from './syncml/loc-uris.ts'
import type { GroupCommand, NodeCommand } from './syncml/message.ts'
import { maxMessageBytes, readSyncBody } from './syncml/read-message.ts'
import { commandXml } from './syncml/write-message.ts'

/**
 * Commands as they go into a message; `parts` tells which node each inner CmdID is about, for what the device says of them. `largestObject`: how many
 * bytes the largest value in it has; absent: few.
 */
export type Delivery = Readonly<{
  xml: string
  parts: readonly Readonly<{ cmdId: string; locUri: string }>[]
  largestObject?: number
}>

type Ids = Readonly<{
  /** The CmdID that the whole is answered by. */
  commandId: string
  /** CmdIDs for what is inside, the first for 0. */
  idAt: (index: number) => string
}>

/** `asReplace` sets what an Add found there already; `without` are nodes that are left out, in normal form: another profile has the last word there. */
export type HowDelivered = Readonly<{ asReplace?: boolean; without?: ReadonlySet<string> }>

/**
 * A profile as a device gets it: all or nothing, in one Atomic, every command with a CmdID of its own. Null: nothing is left of it. `content` is a profile as it was uploaded, its variables filled in. Throws `ParseError` when it is none.
 */
export const deliveryOf = (
  content: string,
  { commandId, idAt }: Ids,
  { asReplace = false, without = nothing }: HowDelivered = {},
): Delivery | null => {
  const left = commandsIn(content).flatMap((command): readonly NodeCommand[] => {
    const items = command.items.filter(({ target }) => !without.has(normalLocUri(target ?? '')))
    return items.length === 0 && command.items.length > 0 ? [] : [{ ...command, items }]
  })
  const commands = left.map((command, index) => ({
    ...command,
    name: asReplace && command.name === 'Add' ? ('Replace' as const) : command.name,
    cmdId: idAt(index),
  }))
  if (commands.length === 0) return null
  const parts = commands.flatMap(({ cmdId, items }) => items.map(({ target }) => ({ cmdId, locUri: target ?? '' })))
  return { xml: commandXml({ name: 'Atomic', cmdId: commandId, commands }), parts, largestObject: largestIn(commands) }
}

const nothing: ReadonlySet<string> = new Set()

/** A message to a device has no more bytes, 1 MiB; some of them are not the profile's. */
const mostBytes = maxMessageBytes
const besides = 16 * 1024

/**
 * Refuses a profile that is too large for any message once it is written as it goes out: escapes make it larger than its file. Throws `ParseError`,
 * field `profile`, that names the largest value and the limit.
 */
export const mustFitInMessage = (content: string): void => {
  const written = Buffer.byteLength(deliveryOf(content, { commandId: '', idAt: String })?.xml ?? '')
  if (written <= mostBytes - besides) return
  const [largest] = settingsIn(content).toSorted((one, other) => Buffer.byteLength(other.data) - Buffer.byteLength(one.data))
  throw new ParseError(
    'profile',
    `The profile has ${String(written)} bytes as devices are sent it, and at most ${String(mostBytes - besides)} go into a message; ` +
      `its largest value, of ${largest?.locUri.slice(0, 200) ?? 'no node'}, has ${String(Buffer.byteLength(largest?.data ?? ''))}. ` +
      'Data in CDATA is sent without escapes.',
  )
}

/** The nodes that a profile sets, each once, as it writes them. */
export const locUrisIn = (content: string): readonly string[] => [
  ...new Map(settingsIn(content).map(({ locUri }) => [normalLocUri(locUri), locUri])).values(),
]

/** A node that a profile sets, with what it sets. */
export type Setting = Readonly<{ locUri: string; format: string | null; data: string }>

/** What a profile sets, in its order. Throws `ParseError` when it is none. */
export const settingsIn = (content: string): readonly Setting[] =>
  commandsIn(content)
    .filter(({ name }) => name === 'Add' || name === 'Replace')
    .flatMap(({ items }) =>
      items.flatMap(({ target, format, data }) => (target === null ? [] : [{ locUri: target, format, data: data ?? '' }])),
    )

/** Bytes of the largest value. */
export const largestIn = (commands: readonly NodeCommand[]): number =>
  Math.max(0, ...commands.flatMap(({ items }) => items.map(({ data }) => Buffer.byteLength(data ?? ''))))

const commandsIn = (content: string): readonly NodeCommand[] =>
  readSyncBody(content).flatMap((command): readonly NodeCommand[] => {
    if ('commands' in command) return flat(command)
    if (command.name === 'Alert' || command.name === 'Results' || command.name === 'Status' || command.name === 'Other')
      throw new ParseError('profile', 'The profile holds something that is no command.')
    return [command]
  })

const flat = ({ commands }: GroupCommand): readonly NodeCommand[] =>
  commands.flatMap((command) => ('items' in command ? [command] : flat(command)))
