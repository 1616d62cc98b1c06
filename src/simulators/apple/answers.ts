import { ParseError } from '../../kernel/parse-error.ts'
import { data, flag, list, text } from '../../protocols/plist/fields.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'
import { deviceInformationOf } from './device-information.ts'
import type { DeviceFacts } from './facts.ts'
import { DeviceFailure } from './failure.ts'
import type { Profile } from './profile.ts'
import { openProfile, payloadOf } from './profile.ts'
import type { ProfileStore } from './profile-store.ts'

/** What became of a command, and what the device does once it has told. */
export type Answer = Readonly<{
  status: 'Acknowledged' | 'Error' | 'CommandFormatError' | 'NotNow'
  response: PlistDict
  afterwards?: 'unenroll' | 'erase'
}>

/** What commands can see and change of a device. */
export type Commanded = Readonly<{
  facts: DeviceFacts
  profiles: ProfileStore
  enrollment: () => Readonly<{ profile: Profile; certificateDer: Uint8Array }> | null
  /** Puts a new enrollment profile in the place of the old: a new certificate, and check-in with it. Throws when that cannot be done. */
  renew: (profile: Profile) => Promise<void>
}>

/** Carries a command out. Never throws: what cannot be read is a `CommandFormatError`, what cannot be done an `Error`. */
export const answerTo = async (command: PlistDict, device: Commanded): Promise<Answer> => {
  try {
    const requestType = text(command, 'RequestType')
    const answer = Object.hasOwn(answers, requestType) ? answers[requestType] : undefined
    if (answer === undefined) return failed(12021, 'MCMDMErrorDomain', `“${requestType}” is not a valid request type.`)
    return await answer(command, device)
  } catch (error) {
    if (error instanceof ParseError) return { status: 'CommandFormatError', response: {} }
    throw error
  }
}

/** An `Error` with one link in its chain. */
export const failed = (code: number, domain: string, description: string): Answer => ({
  status: 'Error',
  response: {
    ErrorChain: [{ ErrorCode: code, ErrorDomain: domain, LocalizedDescription: description, USEnglishDescription: description }],
  },
})

const done = (response: PlistDict = {}): Answer => ({ status: 'Acknowledged', response })

const installProfile = async (command: PlistDict, { profiles, enrollment, renew }: Commanded): Promise<Answer> => {
  const profile = profileIn(data(command, 'Payload', 16 * 1024 * 1024))
  if (profile instanceof ParseError)
    return failed(4001, 'MCInstallationErrorDomain', `Profile installation failed: ${profile.message}`)
  const isEnrollment = profile.identifier === enrollment()?.profile.identifier
  if (!isEnrollment && payloadOf(profile, 'com.apple.mdm') !== undefined)
    return failed(4001, 'MCInstallationErrorDomain', 'The device is already managed by another enrollment profile.')
  if (!isEnrollment) {
    profiles.install(profile)
    return done()
  }
  try {
    await renew(profile)
    return done()
  } catch (error) {
    if (error instanceof DeviceFailure && error.code !== 'unenrolled')
      return failed(error.code === 'bad-profile' ? 12012 : 12009, 'MCMDMErrorDomain', error.message)
    if (error instanceof ParseError) return failed(12009, 'MCMDMErrorDomain', error.message)
    throw error
  }
}

const profileIn = (payload: Uint8Array): Profile | ParseError => {
  try {
    return openProfile(payload)
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
}

const removeProfile = (command: PlistDict, { profiles, enrollment }: Commanded): Answer => {
  const identifier = text(command, 'Identifier')
  if (identifier === enrollment()?.profile.identifier) return { ...done(), afterwards: 'unenroll' }
  return profiles.remove(identifier) ? done() : failed(89, 'MDMClientError', `Profile with identifier “${identifier}” not found.`)
}

const securityInfo = ({ facts }: Commanded): PlistDict =>
  facts.model === 'mac'
    ? { FDE_Enabled: false, FirewallSettings: { FirewallEnabled: true, BlockAllIncoming: false, StealthMode: false } }
    : { HardwareEncryptionCaps: 3, PasscodePresent: true, PasscodeCompliant: true, PasscodeCompliantWithProfiles: true }

const applications = ({ facts }: Commanded): readonly PlistDict[] => [
  { Identifier: 'com.apple.Safari', Name: 'Safari', Version: '1', ShortVersion: facts.osVersion, BundleSize: 12_345_678 },
  { Identifier: 'com.example.notes', Name: 'Notes', Version: '42', ShortVersion: '4.2', BundleSize: 2_345_678 },
]

const certificates = (device: Commanded): readonly PlistDict[] => {
  const enrollment = device.enrollment()
  return enrollment === null ? [] : [{ CommonName: device.facts.serial, IsIdentity: true, Data: enrollment.certificateDer }]
}

const answers: Readonly<Record<string, (command: PlistDict, device: Commanded) => Answer | Promise<Answer>>> = {
  InstallProfile: installProfile,
  RemoveProfile: removeProfile,
  ProfileList: (command, { profiles, enrollment, facts }) => {
    const own = flag(command, 'ManagedOnly') ? null : (enrollment()?.profile ?? null)
    return done({ ProfileList: profiles.report(own, facts.model) })
  },
  DeviceInformation: (command, { facts }) => done({ QueryResponses: deviceInformationOf(facts, list(command, 'Queries')) }),
  SecurityInfo: (_, device) => done({ SecurityInfo: securityInfo(device) }),
  InstalledApplicationList: (_, device) => done({ InstalledApplicationList: applications(device) }),
  CertificateList: (_, device) => done({ CertificateList: certificates(device) }),
  DeviceLock: () => done({ MessageResult: 'Success' }),
  DeviceConfigured: () => done(),
  RestartDevice: () => done(),
  ShutDownDevice: () => done(),
  EraseDevice: () => ({ ...done(), afterwards: 'erase' }),
}
