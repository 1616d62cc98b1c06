import { createHash } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { verifyAttached } from '../../protocols/cms/verify-attached.ts'
import { dictOf, list, optionalText, text } from '../../protocols/plist/fields.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'
import { mustBeSound } from './strictness.ts'

/** A configuration profile as a device understands it. */
export type Profile = Readonly<{
  identifier: string
  uuid: string
  displayName: string
  payloads: readonly PlistDict[]
  /** Hex, of the bytes as they came. */
  sha256: string
  signed: boolean
  content: PlistDict
}>

/**
 * Reads a profile, CMS-signed or not. Throws `ParseError` when it is none, or not as Apple's pages say that it must be: with anything before it
 * but a byte order mark, with a signature that does not fit, without what each profile and payload has.
 */
export const openProfile = (bytes: Uint8Array): Profile => {
  const signed = bytes[0] === derSequenceTag
  const content = dictOf(readPlist(fromItsBeginning(signed ? verifyAttached(bytes).content : bytes)), 'profile')
  if (text(content, 'PayloadType') !== 'Configuration')
    throw new ParseError('PayloadType', 'The payload is no configuration profile.')
  const identifier = text(content, 'PayloadIdentifier')
  const encrypted = content['IsEncrypted'] === true
  const payloads = encrypted ? [] : list(content, 'PayloadContent').map((payload) => dictOf(payload, 'PayloadContent'))
  mustBeSound(content, payloads)
  return {
    identifier,
    uuid: text(content, 'PayloadUUID'),
    displayName: optionalText(content, 'PayloadDisplayName') ?? identifier,
    payloads,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    signed,
    content,
  }
}

/** The first payload of a type. */
export const payloadOf = ({ payloads }: Profile, type: string): PlistDict | undefined =>
  payloads.find((payload) => payload['PayloadType'] === type)

/** White space, or whatever else, before the XML makes it none. */
const fromItsBeginning = (bytes: Uint8Array): Uint8Array => {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  if (!/^(?:\xef\xbb\xbf)?<|^bplist/.test(start)) throw new ParseError('profile', 'The profile does not begin as one.')
  return bytes
}

/** What CMS starts with, and no property list does. */
const derSequenceTag = 0x30
