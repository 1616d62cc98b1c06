import type { Request } from '../../domain/commands/requests.ts'
import type { SealedContent } from '../../kernel/content.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { dictOf, optionalText, text } from '../../protocols/plist/fields.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'

/** A command as an admin wrote it. `queries` are those of a DeviceInformation that asks for nothing else. */
export type RawCommand = Readonly<{
  bytes: Uint8Array
  commandId: string | null
  requestType: string
  command: PlistDict
}>

/** 1 MiB, which is what one append takes. */
const largestCommand = 1024 * 1024

/**
 * Reads a command in base64, padded or not: the whole message (`CommandUUID`, `Command`) or its inner dictionary alone.
 * Throws `ParseError` naming what is wrong.
 */
export const readRawCommand = (base64: string): RawCommand => {
  const bytes = bytesIn(base64)
  const message = dictOf(readPlist(bytes, { bytes: largestCommand, depth: 32, nodes: 50_000 }), 'command')
  const command = message['Command'] === undefined ? message : dictOf(message['Command'], 'Command')
  const requestType = text(command, 'RequestType', 128)
  if (!/^[A-Za-z]+$/.test(requestType)) throw new ParseError('RequestType', 'RequestType is no name of a command.')
  const commandId = optionalText(message, 'CommandUUID', 64)
  if (commandId !== null && !/^[\w-]{1,64}$/.test(commandId))
    throw new ParseError('CommandUUID', 'CommandUUID holds other characters than letters, digits, - and _.')
  return { bytes, commandId, requestType, command }
}

/** The request that the command is: one of the menu where it says no more than that, else the admin's own bytes, sealed by `seal`. */
export const requestOf = async (raw: RawCommand, seal: () => Promise<SealedContent>): Promise<Request> => {
  const { requestType, command } = raw
  const keys = Object.keys(command).filter((key) => key !== 'CommandUUID')
  if (requestType === 'ProfileList' && keys.length === 1) return { kind: 'list-profiles' }
  const queries = command['Queries']
  if (requestType === 'DeviceInformation' && keys.length === 2 && isTexts(queries)) return { kind: 'describe-device', queries }
  return { kind: 'raw', requestType, payload: await seal() }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.length <= 200 && value.every((entry) => typeof entry === 'string')

const bytesIn = (base64: string): Uint8Array => {
  const digits = base64.replace(/\s+/g, '').replace(/={1,2}$/, '')
  if (digits === '' || digits.length % 4 === 1 || !/^[A-Za-z0-9+/]+$/.test(digits))
    throw new ParseError('command', 'The command is not written in base64.')
  return Buffer.from(digits, 'base64')
}
