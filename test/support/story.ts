import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { historyOf as historyOfHost } from '../../src/cli/history.ts'
import type { HistoryEntry } from '../../src/client/json.ts'
import type { MusterClient } from '../../src/client/muster-client.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet, AppleFleetOptions } from '../../src/simulators/fleet.ts'
import { appleFleet } from '../../src/simulators/fleet.ts'
import type { Network } from '../../src/simulators/apple/network.ts'
import { mobileconfig } from './admin-api.ts'
import { eventually } from './eventually.ts'

/** What scenarios tell again and again. */

/** Simulated devices, all enrolled. Macs, unless told. */
export const enrolledFleet = async (
  { network, client }: Readonly<{ network: Network; client: MusterClient }>,
  options: Partial<AppleFleetOptions> & Readonly<{ count: number; seed: string }>,
): Promise<AppleFleet> => {
  const fleet = await appleFleet({ network, iphones: 0, enrollmentProfile: () => client.enrollmentProfile(), ...options })
  await fleet.enroll()
  assert.equal(fleet.counts().enrolled, options.count, JSON.stringify(fleet.counts().failures))
  return fleet
}

/** A profile for tests: its name and `extra` decide its bytes. */
export const profileCalled = (name: string, extra = ''): Buffer =>
  Buffer.from(mobileconfig({ identifier: `com.example.${name}`, name: `The ${name} profile`, extra }))

export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** Uploads it; answers its id. */
export const upload = ({ profiles }: MusterClient, bytes: Uint8Array, teamId: number | null = null): Promise<string> =>
  profiles.upload({ name: 'test.mobileconfig', bytes }, teamId)

/** What a device holds, by short name. */
export const holdings = (device: AppleDevice): readonly string[] =>
  device
    .installed()
    .map(({ identifier }) => identifier.replace('com.example.', ''))
    .sort()

/** True when each device holds exactly these profiles. */
export const allHold = ({ devices }: Pick<AppleFleet, 'devices'>, names: readonly string[]): boolean =>
  devices.every((device) => holdings(device).join() === names.toSorted().join())

/** Lets the devices call until each holds exactly these profiles. */
export const converge = (fleet: AppleFleet, names: readonly string[], limitMs = 30_000): Promise<void> =>
  eventually(
    `all devices hold ${names.join(', ') || 'nothing'}`,
    async () => {
      await fleet.connectAll()
      return allHold(fleet, names)
    },
    limitMs,
  )

/** Waits until the server knows that so many hosts have the profile, and none waits for it. */
export const settled = ({ profiles }: MusterClient, profileId: string, hosts: number): Promise<void> =>
  eventually(`${String(hosts)} hosts have ${profileId}`, async () => {
    const { verified, verifying, failed, pending } = await profiles.status(profileId)
    return verified + verifying === hosts && failed === 0 && pending === 0
  })

/** The host that a device is; waits for the read models, which may be a moment behind its enrollment. */
export const hostIdOn = async ({ hosts }: MusterClient, { udid }: Pick<AppleDevice, 'udid'>): Promise<number> => {
  let id: number | undefined
  await eventually(`the host ${udid} is known`, async () => {
    id = (await hosts.list({ query: udid })).hosts.find(({ uuid }) => uuid.toUpperCase() === udid.toUpperCase())?.id
    return id !== undefined
  })
  return id ?? assert.fail('There is no such host.')
}

/** A host's whole history, oldest first; it must be gap-free. */
export const historyOf = async (client: MusterClient, device: Pick<AppleDevice, 'udid'>): Promise<readonly HistoryEntry[]> => {
  const history = await historyOfHost(client, await hostIdOn(client, device))
  assert.deepEqual(
    history.map(({ revision }) => revision),
    history.map((_, index) => index),
  )
  return history
}

export const typesIn = (history: readonly HistoryEntry[]): readonly string[] => history.map(({ type }) => type)

type Queued = Readonly<{ request: Readonly<{ kind: string; identifier?: string }> }>

/** The requests that were queued for a host, in order, each as its kind and the profile's short name. */
export const queuedIn = (history: readonly HistoryEntry[]): readonly string[] =>
  history
    .filter(({ type }) => type === 'CommandsQueued')
    .flatMap(({ data }) => data['commands'] as readonly Queued[])
    .map(({ request: { kind, identifier } }) =>
      identifier === undefined ? kind : `${kind} ${identifier.replace('com.example.', '')}`,
    )

/** No command was answered twice, and none was answered that nobody queued. */
export const answeredOnce = (history: readonly HistoryEntry[]): void => {
  const answered = history.filter(({ type }) => type === 'CommandAnswered').map(({ data }) => data['commandId'])
  assert.equal(new Set(answered).size, answered.length, 'An answer was recorded twice.')
  assert.ok(!typesIn(history).includes('UnknownCommandReported'), 'An answer was taken for that of another server.')
}
