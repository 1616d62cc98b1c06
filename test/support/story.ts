import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet, AppleFleetOptions } from '../../src/simulators/fleet.ts'
import { appleFleet } from '../../src/simulators/fleet.ts'
import type { AdminClient, Json } from './admin-client.ts'
import { mobileconfig, profileForm } from './admin-api.ts'
import { eventually } from './eventually.ts'
import type { TestServer } from './server.ts'

/** What scenarios tell again and again. */

export const enrollmentProfile = async ({ ask }: AdminClient): Promise<Buffer> => {
  const { status, bytes } = await ask('GET /enrollment_profiles/manual')
  assert.equal(status, 200)
  return bytes
}

/** Simulated devices of this server, all enrolled. Macs, unless told. */
export const enrolledFleet = async (
  { network, admin }: Pick<TestServer, 'network' | 'admin'>,
  options: Partial<AppleFleetOptions> & Readonly<{ count: number; seed: string }>,
): Promise<AppleFleet> => {
  const fleet = await appleFleet({ network, iphones: 0, enrollmentProfile: () => enrollmentProfile(admin), ...options })
  const { enrolled, failed } = await fleet.enroll()
  assert.deepEqual({ enrolled, failed }, { enrolled: options.count, failed: 0 }, JSON.stringify(fleet.counts().failures))
  return fleet
}

/** A profile for tests: its content is decided by its identifier and `extra`. */
export const profileCalled = (name: string, extra = ''): string =>
  mobileconfig({ identifier: `com.example.${name}`, name: `The ${name} profile`, extra })

export const sha256Of = (content: string): string => createHash('sha256').update(content).digest('hex')

/** Uploads it; answers its id. */
export const upload = async (admin: AdminClient, content: string, teamId?: number): Promise<string> => {
  const form = profileForm(content, teamId === undefined ? {} : { team_id: String(teamId) })
  const { profile_uuid } = await admin.call('POST /configuration_profiles', form)
  return String(profile_uuid)
}

/** What a device holds, by short name. */
export const holdings = (device: AppleDevice): readonly string[] =>
  device
    .installed()
    .map(({ identifier }) => identifier.replace('com.example.', ''))
    .sort()

/** Lets the devices call until each holds exactly these profiles. */
export const converge = (fleet: AppleFleet, names: readonly string[], limitMs = 30_000): Promise<void> =>
  eventually(
    `all devices hold ${names.join(', ')}`,
    async () => {
      await fleet.connectAll()
      for (const device of fleet.devices) assert.deepEqual(holdings(device), [...names].sort(), device.name)
    },
    { limitMs },
  )

/** Waits until the server knows that so many hosts have the profile. */
export const settled = (admin: AdminClient, profileId: string, hosts: number): Promise<void> =>
  eventually(`${String(hosts)} hosts have ${profileId}`, async () => {
    const { verified, verifying, failed, pending } = await admin.call(`GET /configuration_profiles/${profileId}/status`)
    assert.deepEqual({ has: verified + verifying, failed, pending }, { has: hosts, failed: 0, pending: 0 })
  })

export const hostPath = ({ udid }: Pick<AppleDevice, 'udid'>): string => `/hosts/${hostIdOf(udid)}`

/** A host's whole history, oldest first; it must be gap-free. */
export const historyOf = async (admin: AdminClient, device: Pick<AppleDevice, 'udid'>): Promise<readonly Json[]> => {
  const { events, meta } = await admin.call(`GET ${hostPath(device)}/history?order=asc&limit=500`)
  assert.deepEqual(
    (events as readonly Json[]).map(({ revision }) => revision),
    Array.from({ length: meta.revision + 1 }, (_, index) => index),
    'a history has neither gaps nor repetitions',
  )
  return events
}

export const typesIn = (history: readonly Json[]): readonly string[] => history.map(({ type }) => String(type))

/** The requests that were queued for a host, in order, each as its kind and the profile's short name. */
export const queuedIn = (history: readonly Json[]): readonly string[] =>
  history
    .filter(({ type }) => type === 'CommandsQueued')
    .flatMap(({ data }) => data.commands as readonly Json[])
    .map(({ request }) => `${String(request.kind)} ${String(request.identifier).replace('com.example.', '')}`)

/** No command was answered twice, and none was answered that nobody queued. */
export const answeredOnce = (history: readonly Json[]): void => {
  const answered = history.filter(({ type }) => type === 'CommandAnswered').map(({ data }) => String(data.commandId))
  assert.equal(new Set(answered).size, answered.length, 'an answer was recorded twice')
  assert.ok(!typesIn(history).includes('UnknownCommandReported'), 'an answer was taken for that of another server')
}
