import { ParseError } from '../../kernel/parse-error.ts'
import { normalLocUri } from './syncml/loc-uris.ts'
import type { GroupCommand, NodeCommand } from './syncml/message.ts'
import { readSyncBody } from './syncml/read-message.ts'
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

/**
 * A profile as a device gets it: all or nothing, in one Atomic, every command with a CmdID of its own. `asReplace` sets what an Add found
 * there already. `content` is a profile as it was uploaded, its variables filled in. Throws `ParseError` when it is none.
 */
export const deliveryOf = (content: string, { commandId, idAt }: Ids, asReplace = false): Delivery => {
  const commands = commandsIn(content).map((command, index) => ({
    ...command,
    name: asReplace && command.name === 'Add' ? ('Replace' as const) : command.name,
    cmdId: idAt(index),
  }))
  const parts = commands.flatMap(({ cmdId, items }) => items.map(({ target }) => ({ cmdId, locUri: target ?? '' })))
  return { xml: commandXml({ name: 'Atomic', cmdId: commandId, commands }), parts, largestObject: largestIn(commands) }
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
