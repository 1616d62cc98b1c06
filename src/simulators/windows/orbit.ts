import type { Credential } from '../../protocols/windows/enrollment/read-request.ts'
import { DeviceFailure } from '../apple/failure.ts'
import type { Network } from '../apple/network.ts'

/** The machine that an orbit runs on. */
export type OrbitHost = Readonly<{ uuid: string; serial: string; name: string }>

/** A simulated orbit on Windows. */
export type Orbit = Readonly<{
  /** What lets its machine enroll: the key that it has, as Windows hands it on. */
  credential: () => Credential
  /** What the server wants of it now. */
  notifications: () => Promise<Readonly<Record<string, unknown>>>
}>

/** Enrolls an orbit with a secret. Throws `DeviceFailure`. */
export const orbitOn = async (network: Network, serverUrl: string, secret: string, host: OrbitHost): Promise<Orbit> => {
  const post = async (path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    const { status, body: reply } = await network.send({
      ...{ method: 'POST', url: `${serverUrl}/api/fleet/orbit/${path}`, body: Buffer.from(JSON.stringify(body)) },
      headers: { 'content-type': 'application/json', 'x-fleet-capabilities': 'orbit_endpoints,windows_mdm_sync' },
    })
    if (status !== 200) throw new DeviceFailure('refused', `Orbit was answered with ${String(status)}.`, { status })
    return JSON.parse(reply.toString()) as Readonly<Record<string, unknown>>
  }
  const { orbit_node_key: key } = await post('enroll', {
    ...{ enroll_secret: secret, hardware_uuid: host.uuid, hardware_serial: host.serial },
    ...{ computer_name: host.name, platform: 'windows', hardware_model: 'Latitude 7440' },
  })
  if (typeof key !== 'string') throw new DeviceFailure('bad-reply', 'Orbit got no node key.')
  return {
    credential: () => ({
      kind: 'user-token',
      token: JSON.stringify({ type: 1, payload: { orbit_node_key: key, auth_token: '' } }),
    }),
    notifications: async () =>
      (await post('config', { orbit_node_key: key }))['notifications'] as Readonly<Record<string, unknown>>,
  }
}
