import type { PlistDict, PlistValue } from '../plist/value.ts'
import { isDict } from '../plist/value.ts'

type Family = 'mac' | 'mobile'

/** Where one of Apple's commands goes, as far as it does not go everywhere. `until`: the first version of every system that has it no more. */
type CommandNeeds = Readonly<{ only?: Family; supervised?: readonly Family[]; macUser?: true; until?: 27 }>

const both: readonly Family[] = ['mac', 'mobile']
const mobileAlone = { only: 'mobile', supervised: ['mobile'] } as const satisfies CommandNeeds
const macAlone = { only: 'mac' } as const satisfies CommandNeeds
const updates = { supervised: ['mobile'], until: 27 } as const satisfies CommandNeeds

/**
 * Of Apple's schema (`supportedOS` of each command), what a host must be; what it leaves open is not here.
 * https://github.com/apple/device-management/tree/release/mdm/commands
 */
export const commandNeeds: Readonly<Record<string, CommandNeeds>> = {
  AccountConfiguration: macAlone,
  ActivationLockBypassCode: { supervised: both },
  ActiveNSExtensions: { only: 'mac', macUser: true },
  ApplyRedemptionCode: { only: 'mobile' },
  AvailableOSUpdates: updates,
  ClearActivationLockBypassCode: { supervised: both },
  ClearPasscode: { only: 'mobile' },
  ClearRestrictionsPassword: mobileAlone,
  ContentCachingInformation: macAlone,
  DeleteUser: { supervised: ['mac'] },
  DeviceLocation: mobileAlone,
  DisableLostMode: mobileAlone,
  DisableRemoteDesktop: { only: 'mac', supervised: ['mac'] },
  EnableLostMode: mobileAlone,
  EnableRemoteDesktop: { only: 'mac', supervised: ['mac'] },
  InstallEnterpriseApplication: macAlone,
  InstallMedia: { macUser: true },
  InviteToProgram: { macUser: true },
  LOMDeviceRequest: macAlone,
  LOMSetupRequest: macAlone,
  LogOutUser: { only: 'mobile' },
  ManagedApplicationAttributes: { only: 'mobile' },
  ManagedApplicationFeedback: { macUser: true },
  ManagedMediaList: { only: 'mobile' },
  NSExtensionMappings: { only: 'mac', macUser: true },
  OSUpdateStatus: { supervised: both, until: 27 },
  PlayLostModeSound: mobileAlone,
  RefreshCellularPlans: { only: 'mobile' },
  RemoveMedia: { only: 'mobile' },
  RequestUnlockToken: mobileAlone,
  RestartDevice: { supervised: ['mobile'] },
  Restrictions: { only: 'mobile' },
  RotateFileVaultKey: macAlone,
  ScheduleOSUpdate: { supervised: both, until: 27 },
  ScheduleOSUpdateScan: { only: 'mac', supervised: ['mac'], until: 27 },
  SetAutoAdminPassword: macAlone,
  SetFirmwarePassword: macAlone,
  SetRecoveryLock: macAlone,
  ShutDownDevice: { supervised: ['mobile'] },
  StopMirroring: { supervised: ['mobile'] },
  // New with the systems of 2026; supervised everywhere.
  TriggerEnhancedLogCollection: { supervised: both, macUser: true },
  CancelEnhancedLogCollection: { supervised: both, macUser: true },
  UnlockUserAccount: macAlone,
  UserConfigured: mobileAlone,
  UserList: { supervised: ['mac'] },
  ValidateApplications: { only: 'mobile' },
  VerifyFirmwarePassword: macAlone,
  VerifyRecoveryLock: macAlone,
}

const none: CommandNeeds = {}

/** What a command needs; nothing for one that is not known, since Apple adds some each year. */
export const needsOf = (requestType: string): CommandNeeds =>
  Object.hasOwn(commandNeeds, requestType) ? (commandNeeds[requestType] ?? none) : none

/** What takes the place of the old ways to update a system. */
export const updatesByDeclaration =
  'Updates are enforced by the declaration com.apple.configuration.softwareupdate.enforcement.specific, which this version does not manage yet.'

/** What a command asks that systems from 27 on do not answer or do any more, beside what they do: `DeviceInformation` and `Settings`. */
export const endedPartsOf = (command: PlistDict): readonly string[] => {
  const { RequestType: type, Queries: queries, Settings: settings } = command
  if (type === 'DeviceInformation' && Array.isArray(queries))
    return queries.filter((one) => typeof one === 'string').filter((one) => endedQueries.has(one))
  if (type === 'Settings' && Array.isArray(settings))
    return (settings as readonly PlistValue[]).some((one) => isDict(one) && one['Item'] === 'SoftwareUpdateSettings')
      ? ['SoftwareUpdateSettings']
      : []
  return []
}

const endedQueries: ReadonlySet<string> = new Set(['OSUpdateSettings', 'SoftwareUpdateSettings', 'SoftwareUpdateDeviceID'])

/** Payloads and restrictions that systems from 27 on ignore, of one payload: its type, or the keys by name. */
export const endedSettingsOf = (payload: PlistDict): readonly string[] => {
  if (payload['PayloadType'] === 'com.apple.SoftwareUpdate') return ['com.apple.SoftwareUpdate']
  if (payload['PayloadType'] !== 'com.apple.applicationaccess') return []
  return Object.keys(payload).filter((key) => endedRestriction.test(key))
}

/** Says of settings what systems from 27 on ignore in them; none when they ignore nothing. */
export const ignoredWarnings = (ignored: readonly string[] = []): readonly string[] =>
  ignored.length === 0 ? [] : [`Systems of Apple from 27 on ignore ${ignored.join(', ')}. ${updatesByDeclaration}`]

const endedRestriction = /^(?:enforcedSoftwareUpdate\w*Delay|forceDelayed\w+|allowRapidSecurityResponse\w*)$/
