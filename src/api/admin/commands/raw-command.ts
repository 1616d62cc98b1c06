import { randomUUID } from 'node:crypto'
import type { Request } from '../../../domain/commands/requests.ts'
import type { SealedContent } from '../../../kernel/content.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import { checkCommand } from '../../../protocols/apple/command-types.ts'
import { rawLimits, rawMessage } from '../../../protocols/apple/raw-message.ts'
import { placeholdersIn } from '../../../protocols/filling/placeholders.ts'
import { dictOf, optionalText, text } from '../../../protocols/plist/fields.ts'
import { readPlist } from '../../../protocols/plist/read.ts'
import type { PlistDict } from '../../../protocols/plist/value.ts'

/** A command as an admin wrote it. */
export type RawCommand = Readonly<{
  bytes: Uint8Array
  commandId: string | null
  requestType: string
  command: PlistDict
}>

/**
 * Reads a command in base64, padded or not: the whole message (`CommandUUID`, `Command`) or its inner dictionary alone.
 * Throws `ParseError` naming what is wrong.
 */
export const readRawCommand = (base64: string): RawCommand => {
  const bytes = bytesOfBase64(base64)
  mustHoldNoPlaceholder(bytes)
  return rawCommandIn(bytes)
}

/** Commands go out as they are written: what stands for something else in settings would reach the device as its own name. */
export const mustHoldNoPlaceholder = (bytes: Uint8Array): void => {
  const [found] = placeholdersIn(Buffer.from(bytes).toString('utf8'))
  if (found !== undefined)
    throw new ParseError(
      'command',
      `${found.written.slice(0, 100)} is filled in in settings only; a command is sent as it is written.`,
    )
}

/** As `readRawCommand`, from the bytes themselves. */
export const rawCommandIn = (bytes: Uint8Array): RawCommand => {
  const message = dictOf(readPlist(bytes, rawLimits), 'command')
  const command = message['Command'] === undefined ? message : dictOf(message['Command'], 'Command')
  const requestType = text(command, 'RequestType', 128)
  if (!/^[A-Za-z]+$/.test(requestType)) throw new ParseError('RequestType', 'RequestType is no name of a command.')
  const commandId = optionalText(message, 'CommandUUID', 64)
  if (commandId !== null && !/^[\w-]{1,64}$/.test(commandId))
    throw new ParseError('CommandUUID', 'CommandUUID holds other characters than letters, digits, - and _.')
  checkCommand(requestType, command)
  // What cannot be written for a device is refused now.
  if (commandId === null) rawMessage(bytes, randomUUID())
  return { bytes, commandId, requestType, command }
}

/** The request that the command is: one of the menu where it says no more than that, else the admin's own bytes, sealed by `seal`. */
export const requestOf = async (raw: RawCommand, seal: () => Promise<SealedContent>): Promise<Request> =>
  menuRequestOf(raw) ?? { kind: 'raw', requestType: raw.requestType, payload: await seal() }

/** The request of the menu that says all that the command does; null: none does. */
export const menuRequestOf = ({ requestType, command }: RawCommand): Request | null => {
  const read = Object.hasOwn(readers, requestType) ? readers[requestType] : undefined
  if (read === undefined) return null
  const keys = Object.keys(command).filter((key) => key !== 'RequestType' && key !== 'CommandUUID')
  return keys.every((key) => read.keys.includes(key)) ? read.of(command) : null
}

type Reader = Readonly<{ keys: readonly string[]; of: (command: PlistDict) => Request | null }>

const bare = (request: Request): Reader => ({ keys: [], of: () => request })

/** A key that is true or missing, as the only one; any other value of it is told in the admin's own words. */
const flagged = (key: string, of: (on: boolean) => Request): Reader => ({
  keys: [key],
  of: ({ [key]: value }) => (value === undefined || value === true ? of(value === true) : null),
})

/** A key that is a text and must be there, as the only one. */
const named = (key: string, of: (text: string) => Request): Reader => ({
  keys: [key],
  of: ({ [key]: value }) => (typeof value === 'string' ? of(value) : null),
})

/** Which of Apple's commands the menu can say, and how; a key beyond these makes the command raw. */
const readers: Readonly<Record<string, Reader>> = {
  ProfileList: bare({ kind: 'list-profiles' }),
  DeviceInformation: {
    keys: ['Queries'],
    of: ({ Queries }) => (isTexts(Queries) ? { kind: 'describe-device', queries: Queries } : null),
  },
  DeclarativeManagement: bare({ kind: 'sync-declarations' }),
  DeviceConfigured: bare({ kind: 'release-device' }),
  UserConfigured: bare({ kind: 'release-user' }),
  DeviceLocation: bare({ kind: 'locate' }),
  PlayLostModeSound: bare({ kind: 'play-sound' }),
  SecurityInfo: bare({ kind: 'describe-security' }),
  CertificateList: flagged('ManagedOnly', (managedOnly) => ({ kind: 'list-certificates', managedOnly })),
  InstalledApplicationList: flagged('ManagedAppsOnly', (managedOnly) => ({ kind: 'list-applications', managedOnly })),
  ManagedApplicationList: bare({ kind: 'list-managed-applications' }),
  Restrictions: bare({ kind: 'list-restrictions' }),
  UserList: bare({ kind: 'list-users' }),
  AvailableOSUpdates: bare({ kind: 'list-updates' }),
  OSUpdateStatus: bare({ kind: 'describe-updates' }),
  InstallEnterpriseApplication: named('ManifestURL', (manifestUrl) => ({ kind: 'install-package', manifestUrl })),
  RemoveApplication: named('Identifier', (identifier) => ({ kind: 'remove-application', identifier })),
  RestartDevice: flagged('NotifyUser', (notifyUser) => ({ kind: 'restart', notifyUser })),
  ShutDownDevice: bare({ kind: 'shut-down' }),
  LogOutUser: bare({ kind: 'log-out-user' }),
  UnlockUserAccount: named('UserName', (userName) => ({ kind: 'unlock-user', userName })),
  EnableRemoteDesktop: bare({ kind: 'allow-remote-desktop', allowed: true }),
  DisableRemoteDesktop: bare({ kind: 'allow-remote-desktop', allowed: false }),
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.length <= 200 && value.every((entry) => typeof entry === 'string')

/** Padded or not, in either alphabet. Throws `ParseError`, field `command`. */
export const bytesOfBase64 = (base64: string): Uint8Array => {
  const digits = base64
    .replace(/\s+/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '')
  if (digits === '' || digits.length % 4 === 1 || !/^[A-Za-z0-9+/]+$/.test(digits))
    throw new ParseError('command', 'The command is not written in base64.')
  return Buffer.from(digits, 'base64')
}
