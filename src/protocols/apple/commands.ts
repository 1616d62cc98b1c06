import type { PlistDict } from '../plist/value.ts'
import { writePlist } from '../plist/write.ts'

/** A command without its envelope; the keys as Apple spells them. */
export type Command = PlistDict & Readonly<{ RequestType: string }>

/** The answer to a device that asks for its next command. `commandUuid` comes back in its report. */
export const writeCommand = (commandUuid: string, command: Command): string =>
  writePlist({ CommandUUID: commandUuid, Command: command })

/** Installs a profile, or replaces the one with the same top-level identifier. `payload` is a mobileconfig, signed or not. */
export const installProfile = (payload: Uint8Array): Command => ({ RequestType: 'InstallProfile', Payload: payload })

/** Removes a profile by its top-level `PayloadIdentifier`. Removing the enrollment profile ends the enrollment. */
export const removeProfile = (identifier: string): Command => ({ RequestType: 'RemoveProfile', Identifier: identifier })

/** Asks for the installed profiles; `managedOnly` leaves out those that MDM did not install (iOS 13, macOS 10.15). */
export const profileList = ({ managedOnly = false }: Readonly<{ managedOnly?: boolean }> = {}): Command => ({
  RequestType: 'ProfileList',
  ...(managedOnly ? { ManagedOnly: true } : {}),
})

/** Asks for facts by name, such as `OSVersion`; a device leaves out what it does not know or may not tell. */
export const deviceInformation = (queries: readonly string[]): Command => ({
  RequestType: 'DeviceInformation',
  Queries: [...queries],
})

/** What enrolling does not tell and rules rest on, with what may have changed since. */
export const factsAskedFor = ['DeviceName', 'OSVersion', 'BuildVersion', 'ModelName', 'SerialNumber', 'IsSupervised'] as const

/** Switches declarative management on, later: makes the device look for news of its declarations. */
export const declarativeManagement = (): Command => ({ RequestType: 'DeclarativeManagement' })

/** Lets a device go that waits in Setup Assistant. */
export const deviceConfigured = (): Command => ({ RequestType: 'DeviceConfigured' })

type Lock = Readonly<{ pin: string | null; message: string | null; phoneNumber: string | null }>

/** Locks at once. A Mac needs a `pin` of six digits, and restarts. */
export const deviceLock = ({ pin, message, phoneNumber }: Lock): Command => ({
  RequestType: 'DeviceLock',
  ...(pin === null ? {} : { PIN: pin }),
  ...(message === null ? {} : { Message: message }),
  ...(phoneNumber === null ? {} : { PhoneNumber: phoneNumber }),
})

/** Erases at once; there may be no answer. */
export const eraseDevice = ({ pin, obliteration }: Readonly<{ pin: string | null; obliteration: string | null }>): Command => ({
  RequestType: 'EraseDevice',
  ...(pin === null ? {} : { PIN: pin }),
  ...(obliteration === null ? {} : { ObliterationBehavior: obliteration }),
})

type LostMode = Readonly<{ message: string | null; phoneNumber: string | null; footnote: string | null }>

/** Supervised iOS alone; needs a message or a phone number. */
export const enableLostMode = ({ message, phoneNumber, footnote }: LostMode): Command => ({
  RequestType: 'EnableLostMode',
  ...(message === null ? {} : { Message: message }),
  ...(phoneNumber === null ? {} : { PhoneNumber: phoneNumber }),
  ...(footnote === null ? {} : { Footnote: footnote }),
})

export const disableLostMode = (): Command => ({ RequestType: 'DisableLostMode' })

/** Where a device in Lost Mode is. */
export const deviceLocation = (): Command => ({ RequestType: 'DeviceLocation' })

/** Takes the passcode away; `unlockToken` as the device escrowed it. */
export const clearPasscode = (unlockToken: Uint8Array): Command => ({ RequestType: 'ClearPasscode', UnlockToken: unlockToken })

/** Security state: encryption, passcode, firewall, how the device was enrolled. */
export const securityInfo = (): Command => ({ RequestType: 'SecurityInfo' })

export const certificateList = (managedOnly: boolean): Command => ({
  RequestType: 'CertificateList',
  ...(managedOnly ? { ManagedOnly: true } : {}),
})

/** Devices of users (user enrollments) tell of managed applications only, whatever is asked. */
export const installedApplicationList = (managedOnly: boolean): Command => ({
  RequestType: 'InstalledApplicationList',
  ...(managedOnly ? { ManagedAppsOnly: true } : {}),
})

/** Installs a signed package on a Mac. `manifestUrl` (https) answers with what `writeManifest` writes. */
export const installEnterpriseApplication = (manifestUrl: string): Command => ({
  RequestType: 'InstallEnterpriseApplication',
  ManifestURL: manifestUrl,
})

export const removeApplication = (identifier: string): Command => ({ RequestType: 'RemoveApplication', Identifier: identifier })

/** `notifyUser`: macOS 11.3 asks the user to save first. */
export const restartDevice = (notifyUser: boolean): Command => ({
  RequestType: 'RestartDevice',
  ...(notifyUser ? { NotifyUser: true } : {}),
})

export const unlockUserAccount = (userName: string): Command => ({ RequestType: 'UnlockUserAccount', UserName: userName })

/** Commands that say nothing but their name. */
export const bare = (requestType: BareCommand): Command => ({ RequestType: requestType })

export type BareCommand =
  | 'ManagedApplicationList'
  | 'Restrictions'
  | 'UserList'
  | 'AvailableOSUpdates'
  | 'OSUpdateStatus'
  | 'ShutDownDevice'
  | 'PlayLostModeSound'
  | 'LogOutUser'
  | 'EnableRemoteDesktop'
  | 'DisableRemoteDesktop'
  | 'UserConfigured'
