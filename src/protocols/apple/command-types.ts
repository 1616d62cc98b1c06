import { ParseError } from '../../kernel/parse-error.ts'
import type { PlistDict, PlistValue } from '../plist/value.ts'
import { isDict } from '../plist/value.ts'

/** A plist type as a key wants it; with an exclamation mark the key must be there. */
type KeyType = `${'string' | 'integer' | 'boolean' | 'data' | 'array' | 'dict'}${'' | '!'}`

/** What is known of one of Apple's commands. Absent: it goes on the device channel alone, not to personal devices, and holds no secret. */
export type CommandType = Readonly<{
  keys: Readonly<Record<string, KeyType>>
  /** Of a Mac; a Shared iPad's users take what a Mac's do. */
  channel?: 'user' | 'both'
  /** Some user-enrolled device takes it. */
  personal?: true
  /** Keys whose values nobody may read who did not write them. */
  secret?: readonly string[]
}>

/**
 * Apple's commands with their top-level keys. Those that are not here are sent all the same: Apple adds some each year.
 * https://developer.apple.com/documentation/devicemanagement/commands-and-queries
 */
export const commandTypes: Readonly<Record<string, CommandType>> = {
  AccountConfiguration: {
    keys: {
      SkipPrimarySetupAccountCreation: 'boolean',
      SetPrimarySetupAccountAsRegularUser: 'boolean',
      PrimaryAccountFullName: 'string',
      PrimaryAccountUserName: 'string',
      DontAutoPopulatePrimaryAccountInfo: 'boolean',
      LockPrimaryAccountInfo: 'boolean',
      AutoSetupAdminAccounts: 'array',
      ManagedLocalUserShortName: 'string',
    },
    secret: ['AutoSetupAdminAccounts'],
  },
  ActivationLockBypassCode: { keys: {} },
  ActiveNSExtensions: { keys: { FilterExtensionPoints: 'array' }, channel: 'user' },
  ApplyRedemptionCode: { keys: { Identifier: 'string!', RedemptionCode: 'string!' }, secret: ['RedemptionCode'] },
  AvailableOSUpdates: { keys: {} },
  CertificateList: { keys: { ManagedOnly: 'boolean' }, channel: 'both', personal: true },
  ClearActivationLockBypassCode: { keys: {} },
  ClearPasscode: { keys: { UnlockToken: 'data!' }, secret: ['UnlockToken'] },
  ClearRestrictionsPassword: { keys: {} },
  ContentCachingInformation: { keys: {} },
  DeclarativeManagement: { keys: { Data: 'data' }, channel: 'both', personal: true },
  DeleteUser: { keys: { UserName: 'string', ForceDeletion: 'boolean', DeleteAllUsers: 'boolean' } },
  DeviceConfigured: { keys: {} },
  DeviceInformation: { keys: { Queries: 'array!', DeviceAttestationNonce: 'data' }, channel: 'both', personal: true },
  DeviceLocation: { keys: {} },
  DeviceLock: { keys: { Message: 'string', PhoneNumber: 'string', PIN: 'string' }, personal: true, secret: ['PIN'] },
  DisableLostMode: { keys: {} },
  DisableRemoteDesktop: { keys: {} },
  EnableLostMode: { keys: { Message: 'string', PhoneNumber: 'string', Footnote: 'string' } },
  EnableRemoteDesktop: { keys: {} },
  EraseDevice: {
    keys: {
      PreserveDataPlan: 'boolean',
      DisallowProximitySetup: 'boolean',
      PIN: 'string',
      ObliterationBehavior: 'string',
      ReturnToService: 'dict',
    },
    secret: ['PIN'],
  },
  InstallApplication: {
    keys: {
      iTunesStoreID: 'integer',
      Identifier: 'string',
      Options: 'dict',
      ManifestURL: 'string',
      ManagementFlags: 'integer',
      Configuration: 'dict',
      Attributes: 'dict',
      ChangeManagementState: 'string',
      InstallAsManaged: 'boolean',
      iOSApp: 'boolean',
    },
    channel: 'both',
    personal: true,
  },
  InstallEnterpriseApplication: {
    keys: {
      Manifest: 'dict',
      ManifestURL: 'string',
      ManifestURLPinningCerts: 'array',
      PinningRevocationCheckRequired: 'boolean',
      InstallAsManaged: 'boolean',
      ManagementFlags: 'integer',
      Configuration: 'dict',
      ChangeManagementState: 'string',
      iOSApp: 'boolean',
    },
    personal: true,
  },
  InstallMedia: {
    keys: {
      iTunesStoreID: 'integer',
      MediaURL: 'string',
      MediaType: 'string!',
      PersistentID: 'string',
      Kind: 'string',
      Version: 'string',
      Author: 'string',
      Title: 'string',
    },
    channel: 'user',
    personal: true,
  },
  InstallProfile: { keys: { Payload: 'data!' }, channel: 'both', personal: true },
  InstallProvisioningProfile: { keys: { ProvisioningProfile: 'data!' }, personal: true },
  InstalledApplicationList: {
    keys: { Identifiers: 'array', ManagedAppsOnly: 'boolean', Items: 'array' },
    channel: 'both',
    personal: true,
  },
  InviteToProgram: { keys: { ProgramID: 'string!', InvitationURL: 'string!' }, channel: 'user' },
  LOMDeviceRequest: { keys: { RequestList: 'array!' } },
  LOMSetupRequest: { keys: {} },
  LogOutUser: { keys: {} },
  ManagedApplicationAttributes: { keys: { Identifiers: 'array!' }, personal: true },
  ManagedApplicationConfiguration: { keys: { Identifiers: 'array!' }, personal: true },
  ManagedApplicationFeedback: { keys: { Identifiers: 'array!', DeleteFeedback: 'boolean' }, channel: 'user', personal: true },
  ManagedApplicationList: { keys: { Identifiers: 'array' }, channel: 'both', personal: true },
  ManagedMediaList: { keys: {}, personal: true },
  NSExtensionMappings: { keys: {}, channel: 'user' },
  OSUpdateStatus: { keys: {} },
  PlayLostModeSound: { keys: {} },
  ProfileList: { keys: { ManagedOnly: 'boolean' }, channel: 'both', personal: true },
  ProvisioningProfileList: { keys: { ManagedOnly: 'boolean' }, personal: true },
  RefreshCellularPlans: { keys: { eSIMServerURL: 'string!' } },
  RemoveApplication: { keys: { Identifier: 'string!' }, personal: true },
  RemoveMedia: { keys: { MediaType: 'string!', iTunesStoreID: 'string', PersistentID: 'string' }, personal: true },
  RemoveProfile: { keys: { Identifier: 'string!' }, channel: 'both', personal: true },
  RemoveProvisioningProfile: { keys: { UUID: 'string!' }, personal: true },
  RequestMirroring: {
    keys: { DestinationName: 'string', DestinationDeviceID: 'string', ScanTime: 'integer', Password: 'string' },
    personal: true,
    secret: ['Password'],
  },
  RequestUnlockToken: { keys: {} },
  RestartDevice: { keys: { RebuildKernelCache: 'boolean', KextPaths: 'array', NotifyUser: 'boolean' } },
  Restrictions: { keys: { ProfileRestrictions: 'boolean' } },
  RotateFileVaultKey: {
    keys: { KeyType: 'string!', FileVaultUnlock: 'dict!', NewCertificate: 'data', ReplyEncryptionCertificate: 'data' },
    secret: ['FileVaultUnlock'],
  },
  ScheduleOSUpdate: { keys: { Updates: 'array!' } },
  ScheduleOSUpdateScan: { keys: { Force: 'boolean' } },
  SecurityInfo: { keys: {}, channel: 'both', personal: true },
  SetAutoAdminPassword: { keys: { GUID: 'string!', passwordHash: 'data!' }, secret: ['passwordHash'] },
  SetFirmwarePassword: {
    keys: { CurrentPassword: 'string', NewPassword: 'string!', AllowOroms: 'boolean' },
    secret: ['CurrentPassword', 'NewPassword'],
  },
  SetRecoveryLock: { keys: { CurrentPassword: 'string', NewPassword: 'string!' }, secret: ['CurrentPassword', 'NewPassword'] },
  Settings: { keys: { Settings: 'array!' }, channel: 'both', personal: true },
  ShutDownDevice: { keys: {} },
  StopMirroring: { keys: {} },
  UnlockUserAccount: { keys: { UserName: 'string!' } },
  UserConfigured: { keys: {} },
  UserList: { keys: {} },
  ValidateApplications: { keys: { Identifiers: 'array' }, personal: true },
  VerifyFirmwarePassword: { keys: { Password: 'string!' }, secret: ['Password'] },
  VerifyRecoveryLock: { keys: { Password: 'string!' }, secret: ['Password'] },
}

/** Checks the keys that are known of a command. Throws `ParseError` naming one that is missing or of another type. */
export const checkCommand = (requestType: string, command: PlistDict): void => {
  const known = typeOf(requestType)
  if (known === null) return
  for (const [key, type] of Object.entries(known.keys)) {
    const value = command[key]
    if (value === undefined) {
      if (type.endsWith('!')) throw new ParseError(key, `${requestType} lacks ${key}.`)
    } else if (!is[type.replace('!', '') as keyof typeof is](value)) {
      throw new ParseError(key, `${key} of ${requestType} is no ${words[type.replace('!', '') as keyof typeof words]}.`)
    }
  }
}

/** The command with its secrets replaced by a word: for people. */
export const withoutSecrets = (command: PlistDict): PlistDict => {
  const secret = typeOf(command['RequestType'])?.secret ?? []
  return Object.fromEntries(Object.entries(command).map(([key, value]) => [key, secret.includes(key) ? '(sealed)' : value]))
}

const typeOf = (requestType: PlistValue | undefined): CommandType | null =>
  typeof requestType === 'string' && Object.hasOwn(commandTypes, requestType) ? (commandTypes[requestType] ?? null) : null

const is = {
  string: (value: PlistValue) => typeof value === 'string',
  integer: (value: PlistValue) => typeof value === 'bigint' || Number.isInteger(value),
  boolean: (value: PlistValue) => typeof value === 'boolean',
  data: (value: PlistValue) => value instanceof Uint8Array,
  array: (value: PlistValue) => Array.isArray(value),
  dict: isDict,
}

const words: Readonly<Record<keyof typeof is, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'truth',
  data: 'data',
  array: 'array',
  dict: 'dictionary',
}
