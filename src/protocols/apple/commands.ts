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
