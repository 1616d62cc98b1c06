import { ParseError } from '../../kernel/parse-error.ts'
import { data, dictOf, flag, optionalData, optionalDict, optionalFlag, optionalText, text } from '../plist/fields.ts'
import { readPlist } from '../plist/read.ts'
import type { PlistDict } from '../plist/value.ts'
import { readEnrollmentIds, type EnrollmentIds } from './enrollment-ids.ts'

/**
 * What a device says about itself at its check-in URL. Keys as Apple spells them; null where the device left one out.
 * https://developer.apple.com/documentation/devicemanagement/check-in
 */
export type CheckIn =
  | Authenticate
  | TokenUpdate
  | CheckOut
  | UserAuthenticate
  | SetBootstrapToken
  | GetBootstrapToken
  | GetToken
  | DeclarativeManagement

type From<Type extends string> = Readonly<{ MessageType: Type; ids: EnrollmentIds }>

export type Authenticate = From<'Authenticate'> & Readonly<{ Topic: string } & Record<(typeof deviceKeys)[number], string | null>>

/** `UnlockToken` and `AwaitingConfiguration` are null when the message is silent on them: what was known before still holds. */
export type TokenUpdate = From<'TokenUpdate'> &
  Readonly<{
    Topic: string
    Token: Uint8Array
    PushMagic: string
    UnlockToken: Uint8Array | null
    AwaitingConfiguration: boolean | null
    NotOnConsole: boolean
  }>

export type CheckOut = From<'CheckOut'> & Readonly<{ Topic: string | null }>

/** The first message of a user's log-in has no `DigestResponse`; the second may have an empty one. */
export type UserAuthenticate = From<'UserAuthenticate'> & Readonly<{ DigestResponse: string | null }>

/** A null `BootstrapToken` asks to forget the one that is kept. */
export type SetBootstrapToken = From<'SetBootstrapToken'> &
  Readonly<{ BootstrapToken: Uint8Array | null; AwaitingConfiguration: boolean | null }>

export type GetBootstrapToken = From<'GetBootstrapToken'>

export type GetToken = From<'GetToken'> & Readonly<{ TokenServiceType: string; TokenParameters: PlistDict | null }>

/** `Data` is the JSON of a status report, or null for requests. */
export type DeclarativeManagement = From<'DeclarativeManagement'> & Readonly<{ Endpoint: string; Data: Uint8Array | null }>

/** Reads a check-in message. Throws `ParseError` with the key at fault; field `MessageType` for a type that is not known. */
export const readCheckIn = (bytes: Uint8Array): CheckIn => {
  const message = dictOf(readPlist(bytes), 'message')
  const type = text(message, 'MessageType', 100)
  const read = Object.hasOwn(readers, type) ? readers[type as CheckIn['MessageType']] : undefined
  if (read === undefined) throw new ParseError('MessageType', `The message type ${JSON.stringify(type)} is not known.`)
  return read(message, readEnrollmentIds(message))
}

const deviceKeys = [
  'DeviceName',
  'Model',
  'ModelName',
  'ProductName',
  'OSVersion',
  'BuildVersion',
  'SerialNumber',
  'IMEI',
  'MEID',
] as const

type Readers = Readonly<{ [T in CheckIn['MessageType']]: (message: PlistDict, ids: EnrollmentIds) => Extract<CheckIn, From<T>> }>

const readers: Readers = {
  Authenticate: (message, ids) => ({
    MessageType: 'Authenticate',
    ids,
    Topic: text(message, 'Topic', 255),
    ...aboutDevice(message),
  }),

  TokenUpdate: (message, ids) => ({
    MessageType: 'TokenUpdate',
    ids,
    Topic: text(message, 'Topic', 255),
    Token: data(message, 'Token', 1024),
    PushMagic: text(message, 'PushMagic', 1024),
    UnlockToken: unlessEmpty(optionalData(message, 'UnlockToken', 64 * 1024)),
    AwaitingConfiguration: optionalFlag(message, 'AwaitingConfiguration'),
    NotOnConsole: flag(message, 'NotOnConsole'),
  }),

  CheckOut: (message, ids) => ({ MessageType: 'CheckOut', ids, Topic: optionalText(message, 'Topic', 255) }),

  UserAuthenticate: (message, ids) => ({
    MessageType: 'UserAuthenticate',
    ids,
    DigestResponse: optionalText(message, 'DigestResponse', 4096),
  }),

  SetBootstrapToken: (message, ids) => ({
    MessageType: 'SetBootstrapToken',
    ids,
    BootstrapToken: unlessEmpty(optionalData(message, 'BootstrapToken', 64 * 1024)),
    AwaitingConfiguration: optionalFlag(message, 'AwaitingConfiguration'),
  }),

  GetBootstrapToken: (_, ids) => ({ MessageType: 'GetBootstrapToken', ids }),

  GetToken: (message, ids) => ({
    MessageType: 'GetToken',
    ids,
    TokenServiceType: text(message, 'TokenServiceType', 255),
    TokenParameters: optionalDict(message, 'TokenParameters'),
  }),

  DeclarativeManagement: (message, ids) => ({
    MessageType: 'DeclarativeManagement',
    ids,
    Endpoint: text(message, 'Endpoint', 1024),
    Data: optionalData(message, 'Data', 16 * 1024 * 1024),
  }),
}

const aboutDevice = (message: PlistDict) =>
  Object.fromEntries(deviceKeys.map((key) => [key, optionalText(message, key, 255) || null])) as Record<
    (typeof deviceKeys)[number],
    string | null
  >

const unlessEmpty = (bytes: Uint8Array | null): Uint8Array | null => (bytes?.length === 0 ? null : bytes)
