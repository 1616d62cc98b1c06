import { randomUUID } from 'node:crypto'
import { setupProfileFault } from '../../protocols/ade/setup-profile.ts'
import type { ServerEntry } from './organization.ts'
import { change, leave } from './organization.ts'
import type { Body, Handler, Scene } from './pages.ts'
import { asTold, page, refused } from './pages.ts'
import type { Refused } from './signed-in.ts'

const mostSerials = 1000

const serialsIn = (body: Body): readonly string[] | Refused => {
  const { devices } = body
  if (!Array.isArray(devices)) return refused(devices === undefined ? 'DEVICE_ID_REQUIRED' : 'MALFORMED_REQUEST_BODY')
  if (devices.length === 0) return refused('DEVICE_ID_REQUIRED')
  if (devices.length > mostSerials || !devices.every((serial) => typeof serial === 'string'))
    return refused('MALFORMED_REQUEST_BODY')
  return [...new Set(devices as readonly string[])]
}

const details: Handler = (body, { server, version }) => {
  const serials = serialsIn(body)
  if ('word' in serials) return serials
  const devices: Record<string, Body> = {}
  for (const serial of serials) {
    const record = server.devices.get(serial)
    devices[serial] =
      record === undefined ? { response_status: 'NOT_ACCESSIBLE' } : { ...asTold(record, version), response_status: 'SUCCESS' }
  }
  return { devices }
}

/** Does something to each of the devices, and says of each what became of it. */
const overDevices = (serials: readonly string[], scene: Scene, act: (serial: string) => void): Body => {
  const outcomes = serials.map((serial) => {
    if (!scene.server.devices.has(serial)) return [serial, 'NOT_ACCESSIBLE'] as const
    const outcome = scene.outcomeOf(serial)
    if (outcome !== undefined) return [serial, outcome === 'THROTTLED' && scene.version < 9 ? 'FAILED' : outcome] as const
    act(serial)
    return [serial, 'SUCCESS'] as const
  })
  const isThrottled = outcomes.some(([, outcome]) => outcome === 'THROTTLED')
  return {
    devices: Object.fromEntries(outcomes.filter(([, outcome]) => outcome !== 'MISSING')),
    ...(isThrottled && scene.version >= 10 ? { retry_after_seconds: 3600 } : {}),
  }
}

const give = (scene: Scene, profileUuid: string, serials: readonly string[]): Body => ({
  profile_uuid: profileUuid,
  ...overDevices(serials, scene, (serial) => {
    const assigned = { profile_status: 'assigned', profile_uuid: profileUuid, profile_assign_time: scene.now.toISOString() }
    change(scene.server, serial, { ...assigned, profile_push_time: undefined }, scene.now)
  }),
})

const defineProfile: Handler = (body, scene) => {
  const fault = setupProfileFault(body)
  if (fault !== null) return refused(fault.word)
  const { devices = [], ...profile } = body
  if ((devices as readonly string[]).length > mostSerials) return refused('MALFORMED_REQUEST_BODY')
  const uuid = randomUUID().replaceAll('-', '').toUpperCase()
  scene.server.profiles.set(uuid, { ...profile, profile_uuid: uuid })
  return give(scene, uuid, [...new Set(devices as readonly string[])])
}

const assignProfile: Handler = (body, scene) => {
  const { profile_uuid: uuid } = body
  if (typeof uuid !== 'string' || uuid === '') return refused('PROFILE_UUID_REQUIRED')
  if (!scene.server.profiles.has(uuid)) return refused('NOT_FOUND', 404)
  const serials = serialsIn(body)
  return 'word' in serials ? serials : give(scene, uuid, serials)
}

const removeProfile: Handler = (body, scene) => {
  const serials = serialsIn(body)
  if ('word' in serials) return serials
  return overDevices(serials, scene, (serial) => {
    const gone = { profile_uuid: undefined, profile_assign_time: undefined, profile_push_time: undefined }
    change(scene.server, serial, { ...gone, profile_status: 'removed' }, scene.now)
  })
}

const disown: Handler = (body, scene) => {
  const serials = serialsIn(body)
  if ('word' in serials) return serials
  return overDevices(serials, scene, (serial) => {
    leave(scene.server, serial, scene.now)
  })
}

const activationLock: Handler = (body, { server, outcomeOf }) => {
  const { device: serial, escrow_key: escrowKey } = body
  if (typeof serial !== 'string' || serial === '') return refused('DEVICE_ID_REQUIRED')
  if (escrowKey !== undefined && !(typeof escrowKey === 'string' && /^[0-9a-f]{64}$/i.test(escrowKey)))
    return refused('MALFORMED_REQUEST_BODY')
  if (!server.devices.has(serial)) return { serial_number: serial, response_status: 'NOT_ACCESSIBLE' }
  return { serial_number: serial, response_status: outcomeOf(serial) === undefined ? 'SUCCESS' : 'FAILED' }
}

const betaTokens: Handler = (_, { betaProgram }) =>
  betaProgram
    ? { betaEnrollmentTokens: [{ os: 'OSX', title: 'macOS Public Beta', token: 'token-of-the-simulator' }] }
    : refused('APPLE_SEED_FOR_IT_TURNED_OFF', 403)

const setDiscovery: Handler = ({ mdm_service_discovery_url: url }, { server, now }) => {
  if (url === undefined) return refused('MDM_SERVICE_DISCOVERY_URL_REQUIRED')
  if (typeof url !== 'string' || !url.startsWith('https://')) return refused('MDM_SERVICE_DISCOVERY_URL_NOT_VALID')
  server.discoveryUrl = { url, at: now }
  return {}
}

const discovery: Handler = (_, { server: { discoveryUrl } }) =>
  discoveryUrl === null
    ? refused('NOT_FOUND', 404)
    : { mdm_service_discovery_url: discoveryUrl.url, last_updated_timestamp: discoveryUrl.at.toISOString() }

const profile: Handler = (_, { server, query }) => {
  const uuid = query.get('profile_uuid') ?? ''
  return uuid === '' ? refused('PROFILE_UUID_REQUIRED') : (server.profiles.get(uuid) ?? refused('NOT_FOUND', 404))
}

const account: Handler = (_, { server }) => accountOf(server)

const accountOf = ({ uuid, name }: ServerEntry): Body => ({
  ...{ server_name: name, server_uuid: uuid, admin_id: 'admin@example.org', org_name: 'Example', org_email: 'it@example.org' },
  ...{ org_phone: '555-1212', org_address: '1 Example Way', org_id: '102345', org_id_hash: 'ab'.repeat(32), org_type: 'org' },
  org_version: 'v2',
  urls: ['/server/devices', '/devices/sync'].map((uri) => ({
    ...{ uri, http_method: ['POST'], limit: { default: 100, maximum: 1000 } },
  })),
})

/** The calls by method and path. */
export const calls: Readonly<Record<string, Handler>> = {
  'GET /account': account,
  'POST /server/devices': page('fetch'),
  'POST /devices/sync': page('sync'),
  'POST /devices': details,
  'POST /devices/disown': disown,
  'POST /profile': defineProfile,
  'GET /profile': profile,
  'POST /profile/devices': assignProfile,
  'PUT /profile/devices': assignProfile,
  'DELETE /profile/devices': removeProfile,
  'POST /device/activationlock': activationLock,
  'GET /os-beta-enrollment/tokens': betaTokens,
  'POST /account-driven-enrollment/profile': setDiscovery,
  'GET /account-driven-enrollment/profile': discovery,
}
