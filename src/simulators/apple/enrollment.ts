import { ParseError } from '../../kernel/parse-error.ts'
import { dictOf, flag, optionalData, optionalInteger, optionalText, text } from '../../protocols/plist/fields.ts'
import type { PlistDict, PlistValue } from '../../protocols/plist/value.ts'
import type { Name, NameField } from '../../protocols/x509/names.ts'
import { nameOf } from '../../protocols/x509/names.ts'
import type { DeviceFacts } from './facts.ts'
import type { Profile } from './profile.ts'
import { payloadOf } from './profile.ts'

/** How to get an identity. */
export type ScepSettings = Readonly<{
  url: string
  name: string
  challenge: string
  subject: Name
  keySize: number
  /** Digest of the authority's certificate: MD5, SHA-1 or SHA-256 by its length; null when any authority will do. */
  caFingerprint: Uint8Array | null
}>

/** Where and how the device is managed. */
export type MdmSettings = Readonly<{
  topic: string
  serverUrl: string
  checkInUrl: string | null
  accessRights: number
  signMessage: boolean
  checkOutWhenRemoved: boolean
  capabilities: readonly string[]
}>

export type EnrollmentSettings = Readonly<{ scep: ScepSettings; mdm: MdmSettings }>

/** Reads what an enrollment profile tells this device. Throws `ParseError` when the SCEP or MDM payload is missing or incomplete. */
export const enrollmentSettingsOf = (profile: Profile, facts: DeviceFacts): EnrollmentSettings => {
  const mdm = payloadOf(profile, 'com.apple.mdm')
  if (mdm === undefined) throw new ParseError('com.apple.mdm', 'The profile has no MDM payload.')
  const identity = text(mdm, 'IdentityCertificateUUID')
  const scep = profile.payloads.find((payload) => payload['PayloadUUID'] === identity)
  if (scep?.['PayloadType'] !== 'com.apple.security.scep')
    throw new ParseError('IdentityCertificateUUID', 'The MDM payload names no SCEP payload of the profile.')
  return { mdm: mdmSettingsOf(mdm), scep: scepSettingsOf(dictOf(scep['PayloadContent'], 'PayloadContent'), facts) }
}

/** The first of the keys that a replacing enrollment profile must leave as they are, and does not; null when it may replace. */
export const frozenDifference = (before: MdmSettings, after: MdmSettings): string | null => {
  if (before.topic !== after.topic) return 'Topic'
  if (before.serverUrl !== after.serverUrl) return 'ServerURL'
  if (before.checkInUrl !== after.checkInUrl) return 'CheckInURL'
  if (isPerUser(before) !== isPerUser(after)) return 'ServerCapabilities'
  return (after.accessRights & ~before.accessRights) === 0 ? null : 'AccessRights'
}

const mdmSettingsOf = (payload: PlistDict): MdmSettings => ({
  topic: text(payload, 'Topic'),
  serverUrl: url(text(payload, 'ServerURL'), 'ServerURL'),
  checkInUrl: payload['CheckInURL'] === undefined ? null : url(text(payload, 'CheckInURL'), 'CheckInURL'),
  accessRights: optionalInteger(payload, 'AccessRights') ?? 0,
  signMessage: flag(payload, 'SignMessage'),
  checkOutWhenRemoved: flag(payload, 'CheckOutWhenRemoved'),
  capabilities: textsIn(payload['ServerCapabilities']),
})

const scepSettingsOf = (content: PlistDict, facts: DeviceFacts): ScepSettings => ({
  url: url(text(content, 'URL'), 'URL'),
  name: optionalText(content, 'Name') ?? '',
  challenge: optionalText(content, 'Challenge') ?? '',
  subject: subjectOf(content['Subject'], facts),
  keySize: optionalInteger(content, 'Keysize') ?? 1024,
  caFingerprint: optionalData(content, 'CAFingerprint', 64),
})

const url = (value: string, field: string): string => {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) throw new ParseError(field, `${field} is no URL.`)
  return value
}

/** Apple's way to write a name: RDNs, each a list of pairs of short name or OID, and value. */
const subjectOf = (subject: PlistValue | undefined, facts: DeviceFacts): Name => {
  if (subject === undefined) return []
  if (!isArray(subject)) throw new ParseError('Subject', 'Subject is not an array.')
  return subject.flatMap((rdn) => {
    if (!isArray(rdn)) throw new ParseError('Subject', 'A part of Subject is not an array.')
    return rdn.flatMap((pair) => attributeOf(pair, facts))
  })
}

const attributeOf = (pair: PlistValue, facts: DeviceFacts): Name => {
  const [type, value] = isArray(pair) ? pair : []
  if (typeof type !== 'string' || typeof value !== 'string')
    throw new ParseError('Subject', 'A pair of Subject is not two strings.')
  const field = fields.get(type.toUpperCase())
  const expanded = expand(value, facts)
  if (field !== undefined) return nameOf({ [field]: expanded })
  if (!/^\d+(\.\d+)+$/.test(type)) throw new ParseError('Subject', `Subject has the unknown attribute ${type}.`)
  return [{ oid: type, value: expanded }]
}

const fields: ReadonlyMap<string, NameField> = new Map([
  ['CN', 'commonName'],
  ['O', 'organization'],
  ['OU', 'organizationalUnit'],
  ['C', 'country'],
  ['L', 'locality'],
  ['ST', 'state'],
  ['SERIALNUMBER', 'serialNumber'],
])

/** Macs fill in variables; iPhones take them literally. */
const expand = (value: string, { model, serial, udid, name }: DeviceFacts): string =>
  model === 'iphone'
    ? value
    : value.replaceAll('%SerialNumber%', serial).replaceAll('%HardwareUUID%', udid).replaceAll('%ComputerName%', name)

const isPerUser = ({ capabilities }: MdmSettings): boolean => capabilities.includes('com.apple.mdm.per-user-connections')

const textsIn = (value: PlistValue | undefined): readonly string[] =>
  isArray(value) ? value.filter((entry) => typeof entry === 'string') : []

const isArray = (value: PlistValue | undefined): value is readonly PlistValue[] => Array.isArray(value)
