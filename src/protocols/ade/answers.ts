import { ParseError } from '../../kernel/parse-error.ts'
import {
  list,
  objectOf,
  optionalCount,
  optionalObject,
  optionalText,
  optionalTime,
  parseObject,
  text,
  valueOf,
} from './json-fields.ts'

/**
 * What became of one device in a call over many. `MISSING`: Apple's answer does not name it, which is no success. A word that is not known
 * counts as `FAILED`.
 */
export type DeviceOutcome = 'SUCCESS' | 'NOT_ACCESSIBLE' | 'FAILED' | 'THROTTLED' | 'MISSING'

export type DeviceOutcomes = Readonly<{
  /** By serial number, for exactly those that were asked for. */
  outcomes: ReadonlyMap<string, DeviceOutcome>
  /** For those that are `THROTTLED`; version 10 and later. */
  retryAfterSeconds: number | null
}>

/** `profileUuid` is null when the call removed one. */
export type AssignmentAnswer = DeviceOutcomes & Readonly<{ profileUuid: string | null }>

/** The answer to the definition of a profile, with what became of the devices named in it. */
export type DefinitionAnswer = DeviceOutcomes & Readonly<{ profileUuid: string }>

export type ActivationLockAnswer = Readonly<{
  serial: string
  /** `SUCCESS`, `NOT_ACCESSIBLE`, `ORG_NOT_SUPPORTED`, `DEVICE_NOT_SUPPORTED`, `DEVICE_ALREADY_LOCKED`, `FAILED`, or what is new. */
  status: string
}>

export type BetaEnrollmentToken = Readonly<{ os: string; title: string | null; token: string }>

/** Where Apple sends a user whose domain does not answer. */
export type ServiceDiscovery = Readonly<{ url: string | null; updatedAt: string | null }>

/** Reads the answer of a call over many devices: assign, remove, disown. Throws `ParseError` naming the path. */
export const readAssignment = (body: string, asked: readonly string[]): AssignmentAnswer => {
  const told = parseObject(body)
  const devices = optionalObject(told, 'devices')
  const bySerial = new Map(Object.entries(devices?.values ?? {}).map(([serial, value]) => [serial.toUpperCase(), value]))
  const outcomes = asked.map((serial) => [serial, outcomeOf(serial, bySerial.get(serial.toUpperCase()))] as const)
  return {
    profileUuid: optionalText(told, 'profile_uuid', 64),
    outcomes: new Map(outcomes),
    retryAfterSeconds: optionalCount(told, 'retry_after_seconds'),
  }
}

/** Reads the answer of `POST /profile`. Throws `ParseError` naming the path. */
export const readDefinition = (body: string, asked: readonly string[]): DefinitionAnswer => {
  const answer = readAssignment(body, asked)
  if (answer.profileUuid === null) throw new ParseError('profile_uuid', 'profile_uuid is missing.')
  return { ...answer, profileUuid: answer.profileUuid }
}

/** Reads the answer of `POST /device/activationlock`. Throws `ParseError` naming the path. */
export const readActivationLock = (body: string): ActivationLockAnswer => {
  const told = parseObject(body)
  return { serial: text(told, 'serial_number', 64).toUpperCase(), status: text(told, 'response_status', 64) }
}

/** Reads the answer of `GET /os-beta-enrollment/tokens`, under its name of today or the older one. Throws `ParseError` naming the path. */
export const readBetaTokens = (body: string): readonly BetaEnrollmentToken[] => {
  const told = parseObject(body)
  const key = valueOf(told, 'betaEnrollmentTokens') === null ? 'seedBuildTokens' : 'betaEnrollmentTokens'
  return list(told, key, 1000).map((value, index) => {
    const token = objectOf(value, `${key}[${String(index)}]`)
    return { os: text(token, 'os', 64), title: optionalText(token, 'title'), token: text(token, 'token') }
  })
}

/** Reads the answer of `GET /account-driven-enrollment/profile`. Throws `ParseError` naming the path. */
export const readServiceDiscovery = (body: string): ServiceDiscovery => {
  const told = parseObject(body)
  return { url: optionalText(told, 'mdm_service_discovery_url'), updatedAt: optionalTime(told, 'last_updated_timestamp') }
}

const outcomeOf = (serial: string, value: unknown): DeviceOutcome => {
  if (value === undefined || value === null) return 'MISSING'
  if (typeof value !== 'string') throw new ParseError(`devices.${serial}`, `devices.${serial} is not a string.`)
  return value === 'SUCCESS' || value === 'NOT_ACCESSIBLE' || value === 'THROTTLED' ? value : 'FAILED'
}
