import { ParseError } from '../../kernel/parse-error.ts'
import { storable } from '../../kernel/text.ts'
import { dictOf, flag, list, optionalText, text } from '../plist/fields.ts'
import { readPlist } from '../plist/read.ts'
import { isDict, type PlistDict, type PlistValue } from '../plist/value.ts'
import { readEnrollmentIds, type EnrollmentIds } from './enrollment-ids.ts'

const statuses = ['Idle', 'Acknowledged', 'Error', 'CommandFormatError', 'NotNow'] as const

export type ReportStatus = (typeof statuses)[number]

/** One link of why a command failed, topmost first. Texts are cut to 1024 characters; what the device left out is empty, or 0. */
export type ErrorLink = Readonly<{
  ErrorCode: number
  ErrorDomain: string
  LocalizedDescription: string
  USEnglishDescription: string
}>

/**
 * What a device answers on its command channel. `CommandUUID` is null only for Idle. `response` holds the command's own answer: every
 * key that is not part of the envelope. https://developer.apple.com/documentation/devicemanagement/handling-mdm-responses
 */
export type Report = Readonly<{
  ids: EnrollmentIds
  Status: ReportStatus
  CommandUUID: string | null
  ErrorChain: readonly ErrorLink[]
  RequestType: string | null
  NotOnConsole: boolean
  NeedSyncResponse: boolean
  UserConfiguration: boolean
  AuthToken: string | null
  response: PlistDict
}>

/** Reads a report. Throws `ParseError` with the key at fault. A malformed error chain is shortened, not refused: it would block the queue. */
export const readReport = (bytes: Uint8Array): Report => {
  const message = dictOf(readPlist(bytes), 'message')
  const Status = statusOf(text(message, 'Status', 100))
  return {
    ids: readEnrollmentIds(message),
    Status,
    CommandUUID: Status === 'Idle' ? null : text(message, 'CommandUUID', 255),
    ErrorChain: errorChainOf(message['ErrorChain']),
    RequestType: optionalText(message, 'RequestType', 255),
    NotOnConsole: flag(message, 'NotOnConsole'),
    NeedSyncResponse: flag(message, 'NeedSyncResponse'),
    UserConfiguration: flag(message, 'UserConfiguration'),
    AuthToken: optionalText(message, 'AuthToken', 4096),
    response: Object.fromEntries(Object.entries(message).filter(([key]) => !envelopeKeys.has(key))),
  }
}

/** One item of the answer to `ProfileList`, as far as the server needs it. */
export type InstalledProfile = Readonly<{
  PayloadIdentifier: string
  PayloadDisplayName: string | null
  PayloadUUID: string | null
}>

/** The installed profiles in the answer to `ProfileList`. Throws `ParseError`. */
export const installedProfilesIn = (response: PlistDict): readonly InstalledProfile[] =>
  list(response, 'ProfileList').map((item) => {
    const profile = dictOf(item, 'ProfileList')
    return {
      PayloadIdentifier: text(profile, 'PayloadIdentifier'),
      PayloadDisplayName: optionalText(profile, 'PayloadDisplayName'),
      PayloadUUID: optionalText(profile, 'PayloadUUID', 255),
    }
  })

const envelopeKeys: ReadonlySet<string> = new Set([
  ...[
    'UDID',
    'UserID',
    'UserShortName',
    'UserLongName',
    'EnrollmentID',
    'EnrollmentUserID',
    'Status',
    'CommandUUID',
    'ErrorChain',
  ],
  ...['RequestType', 'NotOnConsole', 'NeedSyncResponse', 'UserConfiguration', 'AuthToken'],
])

const statusOf = (status: string): ReportStatus =>
  statuses.find((known) => known === status) ?? refuse('Status', `The status ${JSON.stringify(status)} is not known.`)

const maxErrorLinks = 16

const errorChainOf = (value: PlistValue | undefined): readonly ErrorLink[] =>
  Array.isArray(value)
    ? (value as readonly PlistValue[])
        .slice(0, maxErrorLinks)
        .filter(isDict)
        .map((link) => ({
          ErrorCode: Number.isSafeInteger(link['ErrorCode']) ? Number(link['ErrorCode']) : 0,
          ErrorDomain: shortened(link['ErrorDomain']),
          LocalizedDescription: shortened(link['LocalizedDescription']),
          USEnglishDescription: shortened(link['USEnglishDescription']),
        }))
    : []

const shortened = (value: PlistValue | undefined): string => (typeof value === 'string' ? storable(value, 1024) : '')

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
