import { createHash, X509Certificate } from 'node:crypto'
import { derivedId } from '../../kernel/ids.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import type { PlistDict } from '../plist/value.ts'
import { writePlist } from '../plist/write.ts'

/** Everything a device may let the server do. */
export const allAccessRights = 8191

/** How a device gets its identity. `subject` holds one name per pair, such as `['CN', '%SerialNumber%']`. */
export type ScepSettings = Readonly<{
  /** Without a query: the device appends its own. */
  url: string
  /** Which CA, sent along with GetCACert. */
  name: string
  challenge: string
  subject: readonly (readonly [type: string, value: string])[]
  /** SHA-256 of the CA certificate's DER, 32 bytes. */
  caFingerprint: Uint8Array
  keySize?: 2048 | 4096
}>

/**
 * What an enrollment profile says. On a renewal `identifier`, `topic`, `serverUrl`, `checkInUrl`, `enrollmentMode` and
 * `assignedManagedAppleId` must be what they were, and `accessRights` no more; devices refuse the update otherwise.
 * https://developer.apple.com/documentation/devicemanagement/mdm
 */
export type EnrollmentProfile = Readonly<{
  identifier: string
  displayName: string
  organization: string
  description?: string
  /** Names this issue of the profile; a new one makes the device fetch a new identity. A UUID. */
  uuid: string
  /** https; plain http only for this machine. */
  serverUrl: string
  /** Absent: the device checks in at `serverUrl`. */
  checkInUrl?: string
  topic: string
  scep: ScepSettings
  /** In DER: anchors for the server's TLS certificate, issuers of the identity. */
  caCertificates?: readonly Uint8Array[]
  /** In DER: the server is believed only when its TLS chain holds one of these. They travel in the profile as well. */
  pinnedCertificates?: readonly Uint8Array[]
  accessRights?: number
  /** Whether requests carry `Mdm-Signature`. */
  signMessage?: boolean
  checkOutWhenRemoved?: boolean
  useDevelopmentApns?: boolean
  serverCapabilities?: readonly string[]
  /** Only for account-driven enrollment. */
  enrollmentMode?: 'BYOD' | 'ADDE'
  assignedManagedAppleId?: string
  requiredAppIdForMdm?: number
}>

/** macOS user channels and Shared iPad; bootstrap tokens; GetToken. */
const allCapabilities = ['com.apple.mdm.per-user-connections', 'com.apple.mdm.bootstraptoken', 'com.apple.mdm.token']

/**
 * Writes an enrollment profile, to be signed or sent as it is (`application/x-apple-aspen-config`).
 * Throws `ParseError` with the field at fault for settings that a device would refuse.
 */
export const writeEnrollmentProfile = (profile: EnrollmentProfile): string => {
  mustBeAcceptable(profile)
  const identity = identityPayload(profile)
  return writePlist({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: profile.identifier,
    PayloadUUID: profile.uuid.toUpperCase(),
    PayloadDisplayName: profile.displayName,
    PayloadOrganization: profile.organization,
    ...(profile.description === undefined ? {} : { PayloadDescription: profile.description }),
    PayloadScope: 'System',
    PayloadContent: [
      ...certificatesIn(profile).map((der) => certificatePayload(profile, der)),
      identity.payload,
      mdmPayload(profile, identity.uuid),
    ],
  })
}

/** A certificate that is an anchor and a pin stands in the profile once. */
const certificatesIn = ({ caCertificates = [], pinnedCertificates = [] }: EnrollmentProfile): readonly Uint8Array[] => [
  ...new Map([...caCertificates, ...pinnedCertificates].map((der) => [sha256(der), der])).values(),
]

const mdmPayload = (profile: EnrollmentProfile, identityUuid: string): PlistDict => ({
  ...payloadHead(profile, { type: 'com.apple.mdm', name: 'mdm', displayName: 'Device management' }),
  IdentityCertificateUUID: identityUuid,
  Topic: profile.topic,
  ServerURL: profile.serverUrl,
  ...(profile.checkInUrl === undefined ? {} : { CheckInURL: profile.checkInUrl }),
  SignMessage: profile.signMessage ?? true,
  AccessRights: profile.accessRights ?? allAccessRights,
  CheckOutWhenRemoved: profile.checkOutWhenRemoved ?? true,
  ServerCapabilities: [...(profile.serverCapabilities ?? allCapabilities)],
  ...pinning(profile),
  ...(profile.useDevelopmentApns === true ? { UseDevelopmentAPNS: true } : {}),
  ...(profile.enrollmentMode === undefined ? {} : { EnrollmentMode: profile.enrollmentMode }),
  ...(profile.assignedManagedAppleId === undefined ? {} : { AssignedManagedAppleID: profile.assignedManagedAppleId }),
  ...(profile.requiredAppIdForMdm === undefined ? {} : { RequiredAppIDForMDM: profile.requiredAppIdForMdm }),
})

/** For both URLs: devices take the check-in's pins from a key of its own. */
const pinning = (profile: EnrollmentProfile): PlistDict => {
  const uuids = (profile.pinnedCertificates ?? []).map((der) => certificateUuid(profile, der))
  if (uuids.length === 0) return {}
  return {
    ServerURLPinningCertificateUUIDs: uuids,
    ...(profile.checkInUrl === undefined ? {} : { CheckInURLPinningCertificateUUIDs: uuids }),
  }
}

const identityPayload = (profile: EnrollmentProfile) => {
  const { scep } = profile
  const head = payloadHead(profile, {
    type: 'com.apple.security.scep',
    name: 'scep',
    displayName: 'Device identity',
    of: profile.uuid,
  })
  const content = {
    URL: scep.url,
    Name: scep.name,
    Subject: scep.subject.map(([type, value]) => [[type, value]]),
    Challenge: scep.challenge,
    Keysize: scep.keySize ?? 2048,
    'Key Type': 'RSA',
    // To sign and to encrypt.
    'Key Usage': 5,
    CAFingerprint: scep.caFingerprint,
    Retries: 3,
    RetryDelay: 10,
    KeyIsExtractable: false,
    AllowAllAppsAccess: false,
  }
  return { uuid: head.PayloadUUID, payload: { ...head, PayloadContent: content } }
}

const certificatePayload = (profile: EnrollmentProfile, bytes: Uint8Array): PlistDict => ({
  ...certificateHead(profile, bytes),
  PayloadCertificateFileName: `${sha256(bytes).slice(0, 16)}.cer`,
  PayloadContent: bytes,
})

const certificateUuid = (profile: EnrollmentProfile, bytes: Uint8Array): string => certificateHead(profile, bytes).PayloadUUID

const certificateHead = (profile: EnrollmentProfile, bytes: Uint8Array) => {
  const { subject, issuer } = certificateIn(bytes)
  const fingerprint = sha256(bytes)
  return payloadHead(profile, {
    // A root is an anchor; an intermediate certificate only completes a chain.
    type: subject === issuer ? 'com.apple.security.root' : 'com.apple.security.pkcs1',
    name: `ca.${fingerprint.slice(0, 16)}`,
    displayName: 'Certificate authority',
    of: fingerprint,
  })
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A payload with the same identifier and UUID is updated in place: the UUID derives from what must stay the same (`of`). */
const payloadHead = (
  { identifier, organization }: EnrollmentProfile,
  { type, name, displayName, of = '' }: Readonly<{ type: string; name: string; displayName: string; of?: string }>,
) => ({
  PayloadType: type,
  PayloadVersion: 1,
  PayloadIdentifier: `${identifier}.${name}`,
  PayloadUUID: derivedId(`enrollment-profile/${identifier}/${name}/${of}`).toUpperCase(),
  PayloadDisplayName: displayName,
  PayloadOrganization: organization,
})

const mustBeAcceptable = (profile: EnrollmentProfile): void => {
  const { scep, accessRights = allAccessRights } = profile
  for (const field of ['identifier', 'displayName', 'organization', 'topic'] as const) mustNotBeEmpty(field, profile[field])
  for (const field of ['name', 'challenge'] as const) mustNotBeEmpty(`scep.${field}`, scep[field])
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(profile.uuid)) refuse('uuid', 'The profile needs a UUID.')
  mustBeSafeUrl('serverUrl', profile.serverUrl)
  if (profile.checkInUrl !== undefined) mustBeSafeUrl('checkInUrl', profile.checkInUrl)
  // The identity's CA is known by its fingerprint, and what SCEP carries is signed and encrypted: http will do.
  if (!/^https?:\/\/[^?#]+$/.test(scep.url)) refuse('scep.url', 'The SCEP URL must be http(s) without a query.')
  if (scep.caFingerprint.length !== 32) refuse('scep.caFingerprint', 'The fingerprint of the CA must be a SHA-256 of 32 bytes.')
  if (scep.subject.length === 0) refuse('scep.subject', 'The subject of the identity is empty.')
  mustBeAccessRights(accessRights)
  if ((profile.enrollmentMode === undefined) !== (profile.assignedManagedAppleId === undefined))
    refuse('assignedManagedAppleId', 'An account-driven enrollment needs both its mode and its account.')
  if (profile.assignedManagedAppleId !== undefined) mustNotBeEmpty('assignedManagedAppleId', profile.assignedManagedAppleId)
}

const mustNotBeEmpty = (field: string, value: string): void => {
  if (value === '') refuse(field, `The enrollment profile's ${field} is empty.`)
}

const mustBeSafeUrl = (field: string, value: string): void => {
  const url = URL.canParse(value) ? new URL(value) : null
  const local = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url?.protocol !== 'https:' && !(local && url.protocol === 'http:')) refuse(field, `${field} must be an https URL.`)
}

/** To change profiles needs the right to see them; so it is with provisioning profiles. */
const mustBeAccessRights = (rights: number): void => {
  if (!Number.isInteger(rights) || rights < 1 || rights > allAccessRights) {
    refuse('accessRights', `The access rights must be a number from 1 to ${String(allAccessRights)}.`)
  }
  if ((rights & 2 && !(rights & 1)) || (rights & 128 && !(rights & 64))) {
    refuse('accessRights', 'The right to install profiles (2, 128) needs the right to inspect them (1, 64).')
  }
}

const certificateIn = (bytes: Uint8Array): X509Certificate => {
  try {
    return new X509Certificate(bytes)
  } catch {
    return refuse('caCertificates', 'A CA certificate is no X.509 certificate in DER.')
  }
}

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
