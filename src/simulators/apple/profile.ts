import { createHash } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { unwrapSigned } from '../../protocols/cms/unwrap-signed.ts'
import { dictOf, list, optionalText, text } from '../../protocols/plist/fields.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'

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

/** Reads a profile, CMS-signed or not. Throws `ParseError` when it is none. */
export const openProfile = (bytes: Uint8Array): Profile => {
  const signed = bytes[0] === derSequenceTag
  const content = dictOf(readPlist(signed ? unwrapSigned(bytes) : bytes), 'profile')
  if (text(content, 'PayloadType') !== 'Configuration')
    throw new ParseError('PayloadType', 'The payload is no configuration profile.')
  const identifier = text(content, 'PayloadIdentifier')
  return {
    identifier,
    uuid: text(content, 'PayloadUUID'),
    displayName: optionalText(content, 'PayloadDisplayName') ?? identifier,
    payloads: list(content, 'PayloadContent').map((payload) => dictOf(payload, 'PayloadContent')),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    signed,
    content,
  }
}

/** The first payload of a type. */
export const payloadOf = ({ payloads }: Profile, type: string): PlistDict | undefined =>
  payloads.find((payload) => payload['PayloadType'] === type)

/** What CMS starts with, and no property list does. */
const derSequenceTag = 0x30
