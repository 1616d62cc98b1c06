import { ParseError } from '../../kernel/parse-error.ts'
import { data, flag, list, text } from '../../protocols/plist/fields.ts'
import type { PlistDict, PlistValue } from '../../protocols/plist/value.ts'
import { isDict } from '../../protocols/plist/value.ts'
import { forbidden } from './allowed.ts'
import type { Condition } from './condition.ts'
import { deviceInformationOf } from './device-information.ts'
import type { DeviceFacts } from './facts.ts'
import type { MdmSettings } from './enrollment.ts'
import { DeviceFailure } from './failure.ts'
import type { Profile } from './profile.ts'
import { openProfile, payloadOf } from './profile.ts'
import type { ProfileStore } from './profile-store.ts'
import { mustBelong } from './strictness.ts'

/** What became of a command, and what the device does once it has told. */
export type Answer = Readonly<{
  status: 'Acknowledged' | 'Error' | 'CommandFormatError' | 'NotNow'
  response: PlistDict
  afterwards?: 'unenroll' | 'erase'
}>

/** What commands can see and change of a device. */
export type Commanded = Readonly<{
  facts: DeviceFacts
  /** Whose channel the commands come on. */
  channel: 'device' | 'user'
  profiles: ProfileStore
  condition: Condition
  enrollment: () => Readonly<{ profile: Profile; settings: Pick<MdmSettings, 'accessRights'>; certificateDer: Uint8Array }> | null
  /** Puts a new enrollment profile in the place of the old: a new certificate, and check-in with it. Throws when that cannot be done. */
  renew: (profile: Profile) => Promise<void>
  /** Fetches and checks what the manifest of a package names; answers what is wrong with it, or null. */
  install: (command: PlistDict) => Promise<string | null>
  /** Who is logged in, by short name. */
  users: () => readonly string[]
}>

/** Carries a command out. Never throws: what cannot be read is a `CommandFormatError`, what cannot be done an `Error`. */
export const answerTo = async (command: PlistDict, device: Commanded): Promise<Answer> => {
  try {
    const requestType = text(command, 'RequestType')
    const answer = Object.hasOwn(answers, requestType) ? answers[requestType] : undefined
    const refusal = forbidden(requestType, { ...device, rights: device.enrollment()?.settings.accessRights ?? 0 })
    if (refusal !== null) return failed(refusal.code, 'MCMDMErrorDomain', refusal.description)
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

/** A list that a command must have. */
const needed = (command: PlistDict, key: string): readonly PlistValue[] => {
  if (command[key] === undefined) throw new ParseError(key, `${key} is missing.`)
  return list(command, key)
}

const done = (response: PlistDict = {}): Answer => ({ status: 'Acknowledged', response })

/** https://developer.apple.com/documentation/devicemanagement/install-a-profile */
const installProfile = async (command: PlistDict, device: Commanded): Promise<Answer> => {
  const { profiles, enrollment, renew } = device
  const profile = profileIn(data(command, 'Payload', 16 * 1024 * 1024), device)
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

const profileIn = (payload: Uint8Array, place: Commanded): Profile | ParseError => {
  try {
    const profile = openProfile(payload)
    mustBelong(profile.content, profile.payloads, place)
    return profile
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

const securityInfo = ({ facts, condition }: Commanded): PlistDict =>
  facts.model === 'mac'
    ? { FDE_Enabled: false, FirewallSettings: { FirewallEnabled: true, BlockAllIncoming: false, StealthMode: false } }
    : {
        HardwareEncryptionCaps: 3,
        PasscodePresent: condition.hasPasscode,
        PasscodeCompliant: true,
        PasscodeCompliantWithProfiles: true,
      }

const applications = ({ facts }: Commanded): readonly PlistDict[] => [
  { Identifier: 'com.apple.Safari', Name: 'Safari', Version: '1', ShortVersion: facts.osVersion, BundleSize: 12_345_678 },
  { Identifier: 'com.example.notes', Name: 'Notes', Version: '42', ShortVersion: '4.2', BundleSize: 2_345_678 },
]

const certificates = (device: Commanded): readonly PlistDict[] => {
  const enrollment = device.enrollment()
  return enrollment === null ? [] : [{ CommonName: device.facts.serial, IsIdentity: true, Data: enrollment.certificateDer }]
}

const deviceLock = (command: PlistDict, { facts, condition }: Commanded): Answer => {
  if (condition.lost) return done({ MessageResult: 'DeviceInLostMode' })
  if (facts.model !== 'mac') return done({ MessageResult: 'Success' })
  const pin = text(command, 'PIN')
  if (!/^\d{6}$/.test(pin)) return failed(12000, 'MCMDMErrorDomain', 'The PIN is not six digits.')
  condition.lockedWith = pin
  return done({ MessageResult: 'Success' })
}

const lostMode =
  (on: boolean) =>
  (command: PlistDict, { condition }: Commanded) => {
    if (on && command['Message'] === undefined && command['PhoneNumber'] === undefined)
      return failed(12068, 'MCMDMErrorDomain', 'Lost Mode needs a message or a phone number.')
    condition.lost = on
    return done()
  }

const deviceLocation = (_: PlistDict, { condition }: Commanded): Answer =>
  condition.lost
    ? done({
        Latitude: 52.52,
        Longitude: 13.405,
        HorizontalAccuracy: 5.5,
        VerticalAccuracy: 3.5,
        Altitude: 34.5,
        Speed: -1.5,
        Course: -1.5,
      })
    : failed(12077, 'MCMDMErrorDomain', 'The device is not in Lost Mode.')

const clearPasscode = (command: PlistDict, { facts, condition }: Commanded): Answer => {
  const token = data(command, 'UnlockToken', 64 * 1024)
  if (facts.unlockToken === null || Buffer.compare(token, facts.unlockToken) !== 0)
    return failed(12022, 'MCMDMErrorDomain', 'The unlock token is not valid.')
  condition.hasPasscode = false
  return done()
}

const settings = (command: PlistDict): Answer =>
  done({
    Settings: needed(command, 'Settings').map((entry) => {
      const item = isDict(entry) ? entry['Item'] : undefined
      return typeof item === 'string' && item !== 'Wallpaper'
        ? { Status: 'Acknowledged', Item: item }
        : { Status: 'Error', ErrorChain: [{ ErrorCode: 12001, ErrorDomain: 'MCMDMErrorDomain', LocalizedDescription: 'No.' }] }
    }),
  })

const userList = ({ users }: Commanded): PlistDict => ({
  Users: users().map((shortName) => ({ UserName: shortName, FullName: shortName, IsLoggedIn: true, HasSecureToken: true })),
})

const answers: Readonly<Record<string, (command: PlistDict, device: Commanded) => Answer | Promise<Answer>>> = {
  InstallProfile: installProfile,
  RemoveProfile: removeProfile,
  ProfileList: (command, { profiles, enrollment, facts }) => {
    const own = flag(command, 'ManagedOnly') ? null : (enrollment()?.profile ?? null)
    return done({ ProfileList: profiles.report(own, facts.model) })
  },
  DeviceInformation: (command, { facts, condition }) =>
    done({ QueryResponses: deviceInformationOf(facts, needed(command, 'Queries'), condition.lost) }),
  SecurityInfo: (_, device) => done({ SecurityInfo: securityInfo(device) }),
  InstalledApplicationList: (_, device) => done({ InstalledApplicationList: applications(device) }),
  ManagedApplicationList: () => done({ ManagedApplicationList: {} }),
  CertificateList: (_, device) => done({ CertificateList: certificates(device) }),
  DeclarativeManagement: (_, { condition }) => {
    condition.declares = true
    return done()
  },
  DeviceConfigured: (_, { condition }) => {
    condition.awaiting = false
    return done()
  },
  InstallEnterpriseApplication: async (command, { condition, install }) => {
    const problem = await install(command)
    if (problem !== null) return failed(12024, 'MCMDMErrorDomain', problem)
    condition.applications.push(text(command, 'ManifestURL'))
    return done({ State: 'Installing' })
  },
  DeviceLock: deviceLock,
  EnableLostMode: lostMode(true),
  DisableLostMode: lostMode(false),
  DeviceLocation: deviceLocation,
  PlayLostModeSound: deviceLocation,
  ClearPasscode: clearPasscode,
  Settings: settings,
  UserList: (_, device) => done(userList(device)),
  Restrictions: () => done({ GlobalRestrictions: {} }),
  AvailableOSUpdates: () => done({ AvailableOSUpdates: [] }),
  OSUpdateStatus: () => done({ OSUpdateStatus: [] }),
  EnableRemoteDesktop: () => done(),
  DisableRemoteDesktop: () => done(),
  RestartDevice: () => done(),
  ShutDownDevice: () => done(),
  EraseDevice: () => ({ ...done(), afterwards: 'erase' }),
}
