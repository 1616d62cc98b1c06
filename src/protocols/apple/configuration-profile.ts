import { ParseError } from '../../kernel/parse-error.ts'
import { unwrapSigned } from '../cms/unwrap-signed.ts'
import { verifyAttached } from '../cms/verify-attached.ts'
import { derTag } from '../der.ts'
import { otherKindOf } from '../other-kinds.ts'
import { withNeutralValues } from '../filling/neutral.ts'
import { holdsPlaceholder } from '../filling/placeholders.ts'
import { dictOf, list, optionalFlag, optionalText, text } from '../plist/fields.ts'
import { readPlist } from '../plist/read.ts'
import type { PlistDict } from '../plist/value.ts'
import { endedSettingsOf } from './command-needs.ts'
import { mustBeInstallable } from './installable.ts'
import { isReservedIdentifier, isReservedName } from './reserved-profiles.ts'

/** A `.mobileconfig` that an admin may upload. https://developer.apple.com/documentation/devicemanagement/toplevel */
export type ConfigurationProfile = Readonly<{
  identifier: string
  displayName: string
  /** System when the profile says nothing. */
  scope: 'System' | 'User'
  signed: boolean
  uuid: string | null
  description: string | null
  organization: string | null
  /** None when the content is encrypted: then nothing inside was looked at. */
  payloads: readonly ProfilePayload[]
  /** What in it systems from 27 on ignore: types of payloads, or keys of restrictions; absent: nothing. */
  ignoredFrom27?: readonly string[]
}>

/** What is known of a payload; null where it says nothing. */
export type ProfilePayload = Readonly<{ type: string | null; identifier: string | null; displayName: string | null }>

/** 1 MiB. */
export const maxProfileBytes = 1024 * 1024

/**
 * Reads a profile, signed or not, and refuses what would collide with what the server manages itself. The signature is not verified.
 * A variable or secret where no text may stand counts as 0, or as no bytes. `fileVaultAllowed` lets admins bring disk-encryption settings of their own.
 * Throws `ParseError`: field `profile` when it cannot be read, else the key at fault.
 */
export const readConfigurationProfile = (
  bytes: Uint8Array,
  { fileVaultAllowed = false }: Readonly<{ fileVaultAllowed?: boolean }> = {},
): ConfigurationProfile => {
  if (bytes.length > maxProfileBytes) refuse('profile', `The profile has ${String(bytes.length)} bytes; at most 1 MiB is taken.`)
  const { profile, signed } = opened(bytes)
  const described = describe(profile)
  const payloads =
    profile['IsEncrypted'] === true ? [] : list(profile, 'PayloadContent').map((item) => dictOf(item, 'PayloadContent'))
  mustNotBeReserved(described.identifier, described.displayName)
  mustHaveAllowedTypes(payloads, fileVaultAllowed)
  const ignored = [...new Set(payloads.flatMap(endedSettingsOf))]
  const news = ignored.length === 0 ? {} : { ignoredFrom27: ignored }
  return { ...described, signed, payloads: payloadsWithAllowedNames(payloads), ...news }
}

/**
 * As `readConfigurationProfile`, and refuses what no device installs when its server sends it: what a door must ask of an upload.
 * https://developer.apple.com/documentation/devicemanagement/install-a-profile
 */
export const readInstallableProfile = (
  bytes: Uint8Array,
  options: Readonly<{ fileVaultAllowed?: boolean }> = {},
): ConfigurationProfile => {
  const read = readConfigurationProfile(bytes, options)
  mustBeInstallable(opened(bytes).profile)
  if (read.signed) mustBeSignedWell(bytes)
  return read
}

/** Who signed does not matter here, nor whether the certificate has ended: a device says whom it trusts. Over other content, nobody's signature holds. */
const mustBeSignedWell = (bytes: Uint8Array): void => {
  try {
    verifyAttached(bytes)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    refuse(
      'profile',
      `The signature of the profile does not hold, and devices refuse it: ${error.message} Sign the profile again.`,
    )
  }
}

const opened = (bytes: Uint8Array): Readonly<{ profile: PlistDict; signed: boolean }> => {
  const { xml, signed } = unsigned(readableUnfilled(unmarked(bytes)))
  const profile = dictOf(
    inProfile(() => readPlist(xml)),
    'profile',
  )
  return { profile, signed }
}

/** A byte order mark before the XML declaration is taken; a device takes nothing else there, nor anything before a signature. */
const unmarked = (bytes: Uint8Array): Buffer => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = file.toString('latin1', 0, 4096)
  const before = /^(\xef\xbb\xbf)?\s*(?=<\?xml|0[\x80-\x84])/.exec(text)?.[0] ?? ''
  const isMark = before === '\xef\xbb\xbf' && text.startsWith('<?xml', before.length)
  if (before !== '' && !isMark)
    refuse(
      'profile',
      `The profile has ${before.trim() === '' ? 'white space' : 'a byte order mark'} before ${text.startsWith('<?xml', before.length) ? '<?xml' : 'its signature'}; devices refuse it. Take away what stands before it.`,
    )
  return file.subarray(before.length)
}

/** In the bytes as they are: the reader tells of those that are no text. */
const readableUnfilled = (file: Buffer): Buffer =>
  isXml(file) && holdsPlaceholder(file.toString('latin1'))
    ? Buffer.from(withNeutralValues('apple-profile', file.toString('latin1')), 'latin1')
    : file

const isXml = (file: Buffer): boolean => file.toString('latin1', 0, 5) === '<?xml'

const unsigned = (file: Buffer): Readonly<{ xml: Uint8Array; signed: boolean }> => {
  if (isXml(file)) return { xml: file, signed: false }
  const content = contentOf(file)
  if (holdsPlaceholder(content.toString('latin1'))) {
    refuse('profile', 'A signed profile cannot hold variables or secrets: to replace them would break its signature.')
  }
  return { xml: unmarked(content), signed: true }
}

const contentOf = (file: Buffer): Buffer => {
  const other = otherKindOf(file)
  if (other !== null) return refuse('profile', `The profile is ${other}`)
  if (file[0] !== derTag.sequence)
    return refuse('profile', 'The profile is neither XML that begins with <?xml nor signed in DER.')
  try {
    return Buffer.from(unwrapSigned(file))
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    if (error.message.includes('detached'))
      return refuse(
        'profile',
        'The signature of the profile is detached, and the profile not in it: sign it with its content in it, as openssl cms -sign -nodetach does.',
      )
    return refuse('profile', `The profile is neither XML nor signed in DER as it should be. ${error.message}`)
  }
}

const inProfile = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw error instanceof ParseError ? new ParseError('profile', error.message) : error
  }
}

const describe = (profile: PlistDict): Omit<ConfigurationProfile, 'signed' | 'payloads'> => {
  if (text(profile, 'PayloadType', 255) !== 'Configuration')
    refuse('PayloadType', "The profile's PayloadType is not Configuration.")
  const identifier = text(profile, 'PayloadIdentifier', 255)
  const displayName = text(profile, 'PayloadDisplayName', 255)
  const scope = optionalText(profile, 'PayloadScope', 255) || 'System'
  if (scope !== 'System' && scope !== 'User') return refuse('PayloadScope', 'PayloadScope is neither System nor User.')
  optionalFlag(profile, 'IsEncrypted')
  return {
    identifier,
    displayName,
    scope,
    uuid: optionalText(profile, 'PayloadUUID', 255),
    description: optionalText(profile, 'PayloadDescription', 4096),
    organization: optionalText(profile, 'PayloadOrganization', 1024),
  }
}

const mustNotBeReserved = (identifier: string, displayName: string): void => {
  if (isReservedIdentifier(identifier))
    refuse('PayloadIdentifier', `The identifier ${identifier} is reserved for the server's own profile.`)
  if (isReservedName(displayName))
    refuse('PayloadDisplayName', `The name ${displayName} is reserved for the server's own settings.`)
}

/** What turns disk encryption on, and where its key goes: the server manages both. */
const fileVaultTypes: ReadonlySet<string> = new Set(['com.apple.MCX.FileVault2', 'com.apple.security.FDERecoveryKeyEscrow'])
const fileVaultOptions = ['dontAllowFDEDisable', 'dontAllowFDEEnable', 'DestroyFVKeyOnStandby']

const mustHaveAllowedTypes = (payloads: readonly PlistDict[], fileVaultAllowed: boolean): void => {
  for (const payload of payloads) {
    const type = optionalText(payload, 'PayloadType', 255) ?? ''
    const ofFileVault =
      fileVaultTypes.has(type) || (type === 'com.apple.MCX' && fileVaultOptions.some((option) => Object.hasOwn(payload, option)))
    if (ofFileVault && !fileVaultAllowed) {
      refuse(
        'PayloadContent.PayloadType',
        `FileVault settings (${type}) are not allowed in custom profiles: the key must be escrowed with this server, which does not manage disk encryption yet.`,
      )
    }
    if (type === 'com.apple.security.FDERecoveryRedirect') {
      refuse('PayloadContent.PayloadType', `The payload type ${type} is not supported.`)
    }
  }
}

const payloadsWithAllowedNames = (payloads: readonly PlistDict[]): readonly ProfilePayload[] => {
  const described = payloads.map((payload) => ({
    type: optionalText(payload, 'PayloadType', 255),
    identifier: optionalText(payload, 'PayloadIdentifier', 1024),
    displayName: optionalText(payload, 'PayloadDisplayName', 1024),
  }))
  for (const { identifier } of described) {
    if (isReservedIdentifier(identifier ?? '')) {
      refuse(
        'PayloadContent.PayloadIdentifier',
        `The payload identifier ${identifier ?? ''} is not supported: it is the server's own.`,
      )
    }
  }
  for (const { displayName } of described) {
    if (isReservedName(displayName ?? '')) {
      refuse(
        'PayloadContent.PayloadDisplayName',
        `The payload name ${displayName ?? ''} is not supported: it is the server's own.`,
      )
    }
  }
  return described
}

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
