import { ParseError } from '../../../kernel/parse-error.ts'
import { storable } from '../../../kernel/text.ts'
import type { ContextItems } from './read-request.ts'
import { itemOf } from './read-request.ts'

/** What a device says of itself while it enrolls. `deviceId` is its name in this enrolment, `hardwareId` survives it. */
export type WindowsDeviceFacts = Readonly<{
  deviceId: string
  hardwareId: string
  name: string | null
  enrollmentType: 'Full' | 'Device'
  osVersion: string | null
  /** In the first setup of Windows; some tell so on a live desktop too. */
  inSetup: boolean
}>

/** Reads the context of a request for a certificate. Throws `ParseError` naming the item at fault. */
export const readDeviceFacts = (items: ContextItems): WindowsDeviceFacts => {
  const deviceId = (itemOf(items, 'DeviceID') ?? '').toUpperCase()
  const hardwareId = (itemOf(items, 'HWDevID') ?? '').toUpperCase()
  const type = itemOf(items, 'EnrollmentType')
  if (!/^[0-9A-F]{32}$/.test(deviceId)) refuse('DeviceID', 'DeviceID has not 32 hex digits.')
  if (!/^[0-9A-F]{8,128}$/.test(hardwareId)) refuse('HWDevID', 'HWDevID has not 8 to 128 hex digits.')
  if (type !== 'Full' && type !== 'Device') return refuse('EnrollmentType', 'EnrollmentType is neither Full nor Device.')
  const told = (name: string): string | null => {
    const value = itemOf(items, name)
    return value === null ? null : storable(value, 255)
  }
  return {
    ...{ deviceId, hardwareId, enrollmentType: type },
    name: told('DeviceName'),
    osVersion: told('OSVersion') ?? told('ApplicationVersion'),
    inSetup: itemOf(items, 'NotInOobe') === 'false',
  }
}

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
