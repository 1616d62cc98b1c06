import { ParseError } from '../../kernel/parse-error.ts'
import type { JsonObject } from './json-fields.ts'
import {
  list,
  objectOf,
  optionalFlag,
  optionalObject,
  optionalText,
  optionalTime,
  parseObject,
  text,
  texts,
} from './json-fields.ts'

/**
 * A device as Apple's service tells it (protocol version 10). What is not told is null; times are ISO 8601. Words that Apple may add to (`os`,
 * `deviceFamily`, `profileStatus`) are kept as they came.
 */
export type AdeDevice = Readonly<{
  serial: string
  model: string | null
  description: string | null
  color: string | null
  assetTag: string | null
  /** `iOS`, `iPadOS`, `OSX`, `tvOS`, `visionOS`, or what is new. */
  os: string | null
  /** `iPad`, `iPhone`, `iPod`, `Mac`, `AppleTV`, `Vision`, or what is new. */
  deviceFamily: string | null
  /** `empty`, `assigned`, `pushed`, `removed`, or what is new. */
  profileStatus: string | null
  profileUuid: string | null
  profileAssignedAt: string | null
  profilePushedAt: string | null
  assignedAt: string | null
  assignedBy: string | null
  /** Only in a sync; null in a fetch, which tells the present alone. */
  operation: Readonly<{ type: AdeOperation; at: string }> | null
  migrationDeadline: string | null
  imei: readonly string[]
  meid: readonly string[]
  eid: string | null
  wifiMacAddress: string | null
  bluetoothMacAddress: string | null
  ethernetMacAddress: string | null
  isReplacement: boolean
  releasedByReplacement: boolean
}>

export type AdeOperation = 'added' | 'modified' | 'deleted'

/** A record of a page that could not be read: it spoils only itself, and must not be lost without a word. */
export type UnreadableDevice = Readonly<{ serial: string | null; field: string; problem: string }>

/** One page of a fetch or of a sync. */
export type DevicePage = Readonly<{
  cursor: string
  moreToFollow: boolean
  fetchedUntil: string | null
  devices: readonly AdeDevice[]
  unreadable: readonly UnreadableDevice[]
}>

/** What Apple tells of one device that was asked for; `status` is `SUCCESS`, `NOT_FOUND`, `NOT_ACCESSIBLE`, or what is new. */
export type DeviceDetails = Readonly<{ serial: string; status: string; device: AdeDevice | null }>

/** Longer ones are refused by Apple. */
export const longestCursor = 1000
const mostDevices = 10_000

/** Reads a page of `/server/devices` or `/devices/sync`. Throws `ParseError` when the page itself makes no sense. */
export const readDevicePage = (body: string): DevicePage => {
  const page = parseObject(body)
  const read = list(page, 'devices', mostDevices).map((value, index) => readOrTell(value, `devices[${String(index)}]`))
  return {
    cursor: text(page, 'cursor', longestCursor),
    moreToFollow: optionalFlag(page, 'more_to_follow') ?? false,
    fetchedUntil: optionalTime(page, 'fetched_until'),
    devices: read.flatMap((one) => ('problem' in one ? [] : [one])),
    unreadable: read.flatMap((one) => ('problem' in one ? [one] : [])),
  }
}

/** Reads the answer of `POST /devices`. Throws `ParseError` naming the path. */
export const readDeviceDetails = (body: string): readonly DeviceDetails[] => {
  const devices = optionalObject(parseObject(body), 'devices')
  if (devices === null) throw new ParseError('devices', 'devices is missing.')
  return Object.entries(devices.values).map(([serial, value]) => {
    const told = objectOf(value, `devices.${serial}`)
    const status = optionalText(told, 'response_status', 64) ?? 'SUCCESS'
    const device = status === 'SUCCESS' ? readDevice({ ...told, values: { serial_number: serial, ...told.values } }) : null
    return { serial: serial.toUpperCase(), status, device }
  })
}

const readOrTell = (value: unknown, path: string): AdeDevice | UnreadableDevice => {
  try {
    return readDevice(objectOf(value, path))
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return { serial: serialIn(value), field: error.field, problem: error.message }
  }
}

const serialIn = (value: unknown): string | null => {
  const serial = typeof value === 'object' && value !== null && 'serial_number' in value ? value.serial_number : null
  return typeof serial === 'string' && serial !== '' && serial.length <= longestSerial ? serial.toUpperCase() : null
}

const longestSerial = 64

const readDevice = (told: JsonObject): AdeDevice => ({
  serial: text(told, 'serial_number', longestSerial).toUpperCase(),
  model: optionalText(told, 'model'),
  description: optionalText(told, 'description'),
  color: optionalText(told, 'color'),
  assetTag: optionalText(told, 'asset_tag'),
  os: optionalText(told, 'os', 64),
  deviceFamily: optionalText(told, 'device_family', 64),
  profileStatus: optionalText(told, 'profile_status', 64),
  profileUuid: optionalText(told, 'profile_uuid', 64),
  profileAssignedAt: optionalTime(told, 'profile_assign_time'),
  profilePushedAt: optionalTime(told, 'profile_push_time'),
  assignedAt: optionalTime(told, 'device_assigned_date'),
  assignedBy: optionalText(told, 'device_assigned_by'),
  operation: operationIn(told),
  migrationDeadline: optionalTime(told, 'mdm_migration_deadline'),
  imei: texts(told, 'imei', 16),
  meid: texts(told, 'meid', 16),
  eid: optionalText(told, 'eid', 64),
  wifiMacAddress: optionalText(told, 'wifi_mac_address', 64),
  bluetoothMacAddress: optionalText(told, 'bluetooth_mac_address', 64),
  ethernetMacAddress: optionalText(told, 'ethernet_mac_address', 64),
  isReplacement: optionalFlag(told, 'is_replacement_device') ?? false,
  releasedByReplacement: optionalFlag(told, 'released_by_replacement') ?? false,
})

/** The letters' case has differed. An operation of a kind that nobody knows yet must not be taken for another. */
const operationIn = (told: JsonObject): AdeDevice['operation'] => {
  const type = optionalText(told, 'op_type', 64)?.toLowerCase() ?? null
  if (type === null) return null
  const at = optionalTime(told, 'op_date')
  if (at === null) throw new ParseError(`${told.path}.op_date`, `${told.path}.op_date is missing.`)
  if (type !== 'added' && type !== 'modified' && type !== 'deleted')
    throw new ParseError(`${told.path}.op_type`, `${told.path}.op_type is ${type}, neither added, modified nor deleted.`)
  return { type, at }
}
