import { ParseError } from '../../kernel/parse-error.ts'
import { dictOf, flag, optionalData, optionalText } from '../plist/fields.ts'
import { readPlist } from '../plist/read.ts'

/**
 * What a device tells of itself before it is enrolled: MachineInfo, and the attributes of a profile service; null where it is silent. It is a
 * claim, not a proof.
 * https://developer.apple.com/documentation/devicemanagement/machineinfo
 */
export type MachineInfo = Readonly<{
  udid: string | null
  serial: string | null
  product: string | null
  /** The build. */
  version: string | null
  osVersion: string | null
  imei: string | null
  meid: string | null
  language: string | null
  /** What the profile service asked to have back. */
  challenge: string | null
  /** Of a watch that was paired with a managed phone. */
  pairingToken: Uint8Array | null
  canRequestSoftwareUpdate: boolean
  softwareUpdateDeviceId: string | null
}>

/** An honest one has a few hundred bytes. */
const limits = { bytes: 32 * 1024, depth: 8, nodes: 500 }

/** Reads the property list. Throws `ParseError` with the key at fault. */
export const readMachineInfo = (bytes: Uint8Array): MachineInfo => {
  const info = dictOf(readPlist(bytes, limits), 'MachineInfo')
  const told = (key: string, maxLength = 255): string | null => optionalText(info, key, maxLength) || null
  const read = {
    udid: told('UDID'),
    serial: told('SERIAL'),
    product: told('PRODUCT'),
    version: told('VERSION'),
    osVersion: told('OS_VERSION'),
    imei: told('IMEI'),
    meid: told('MEID'),
    language: told('LANGUAGE'),
    challenge: told('CHALLENGE', 2048),
    pairingToken: optionalData(info, 'PAIRING_TOKEN', 4096),
    canRequestSoftwareUpdate: flag(info, 'MDM_CAN_REQUEST_SOFTWARE_UPDATE'),
    softwareUpdateDeviceId: told('SOFTWARE_UPDATE_DEVICE_ID'),
  }
  if (Object.values(read).every((value) => value === null || value === false))
    throw new ParseError('MachineInfo', 'The device tells nothing of itself.')
  return read
}
