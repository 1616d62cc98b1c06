import { Agent as PlainAgent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import type { AutomatedEnrollment, EnrollmentService } from '../../app/automated-enrollment-ports.ts'
import type { Clock } from '../../app/ports.ts'
import { readAccount } from '../../protocols/ade/account.ts'
import {
  readActivationLock,
  readAssignment,
  readBetaTokens,
  readDefinition,
  readServiceDiscovery,
} from '../../protocols/ade/answers.ts'
import { readDeviceDetails, readDevicePage } from '../../protocols/ade/device.ts'
import { parseObject, texts } from '../../protocols/ade/json-fields.ts'
import type { Connection } from './connection.ts'
import { connect } from './connection.ts'

export type AutomatedEnrollmentOptions = Readonly<{
  /** Apple's, unless told. */
  baseUrl?: string
  /** Authorities to trust instead of the system's, PEM. */
  ca?: string
  /** Such as `muster/1.2`; Apple refuses the names of libraries. */
  userAgent: string
  clock: Clock
  timeoutMs?: number
  mostBytes?: number
}>

export const usualBaseUrl = 'https://mdmenrollment.apple.com'
const usualTimeoutMs = 30_000
/** A page of 1000 devices has some 700 KB. */
const usualMostBytes = 16 * 1024 * 1024
/** Apple advises no more serial numbers in one call. */
const mostSerials = 1000

/** Apple's Automated Device Enrollment over HTTPS. */
export const automatedEnrollment = (options: AutomatedEnrollmentOptions): AutomatedEnrollment => {
  const { userAgent, clock, ca, timeoutMs = usualTimeoutMs, mostBytes = usualMostBytes } = options
  const baseUrl = (options.baseUrl ?? usualBaseUrl).replace(/\/+$/, '')
  const keep = { keepAlive: true, maxSockets: 8 }
  const agent = baseUrl.startsWith('https:')
    ? new SecureAgent({ ...keep, ...(ca === undefined ? {} : { ca }) })
    : new PlainAgent(keep)
  return {
    as: (token) => serviceOver(connect(token, { baseUrl, userAgent, clock, limits: { agent, timeoutMs, mostBytes } })),
    close: () => {
      agent.destroy()
    },
  }
}

const serviceOver = ({ ask }: Connection): EnrollmentService => ({
  account: () => ask({ method: 'GET', path: '/account', read: readAccount }),
  fetchDevices: (cursor, limit) =>
    ask({
      ...{ method: 'POST', path: '/server/devices', read: readDevicePage },
      body: cursor === null ? { limit } : { cursor, limit },
    }),
  syncDevices: (cursor, limit) => ask({ method: 'POST', path: '/devices/sync', body: { cursor, limit }, read: readDevicePage }),
  deviceDetails: (serials) =>
    ask({ method: 'POST', path: '/devices', body: { devices: bounded(serials) }, read: readDeviceDetails }),
  disown: (serials) =>
    ask({
      ...{ method: 'POST', path: '/devices/disown', body: { devices: bounded(serials) } },
      read: (body) => readAssignment(body, serials),
    }),
  defineProfile: (profile) =>
    ask({ method: 'POST', path: '/profile', body: profile, read: (body) => readDefinition(body, devicesIn(profile)) }),
  profile: (profileUuid) =>
    ask({
      ...{ method: 'GET', path: `/profile?profile_uuid=${encodeURIComponent(profileUuid)}` },
      read: (body) => parseObject(body).values,
    }),
  assignProfile: (profileUuid, serials) =>
    ask({
      ...{ method: 'POST', path: '/profile/devices', body: { profile_uuid: profileUuid, devices: bounded(serials) } },
      read: (body) => readAssignment(body, serials),
    }),
  removeProfile: (serials) =>
    ask({
      ...{ method: 'DELETE', path: '/profile/devices', body: { devices: bounded(serials) } },
      read: (body) => readAssignment(body, serials),
    }),
  activationLock: ({ serial, escrowKey, lostMessage }) =>
    ask({
      ...{ method: 'POST', path: '/device/activationlock', read: readActivationLock },
      body: {
        device: serial,
        ...(escrowKey === null ? {} : { escrow_key: escrowKey }),
        ...(lostMessage === null ? {} : { lost_message: lostMessage }),
      },
    }),
  // Apple's description of this call asks for version 1.
  betaTokens: () => ask({ method: 'GET', path: '/os-beta-enrollment/tokens', version: 1, read: readBetaTokens }),
  serviceDiscovery: () => ask({ method: 'GET', path: '/account-driven-enrollment/profile', read: readServiceDiscovery }),
  setServiceDiscovery: (url) =>
    ask({
      ...{ method: 'POST', path: '/account-driven-enrollment/profile', body: { mdm_service_discovery_url: url } },
      read: () => null,
    }),
})

const devicesIn = (profile: Readonly<Record<string, unknown>>): readonly string[] =>
  texts({ values: profile, path: '' }, 'devices', mostSerials)

/** More in one call is a fault of this server, not of Apple. */
const bounded = (serials: readonly string[]): readonly string[] => {
  if (serials.length === 0 || serials.length > mostSerials)
    throw new RangeError(`A call takes 1 to ${String(mostSerials)} serial numbers, not ${String(serials.length)}.`)
  return serials
}
