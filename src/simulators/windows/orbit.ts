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
  /** Fetches the scripts that wait, runs each by `run`, and tells what came of it; answers how many there were. */
  runScripts: (run: (script: string) => ScriptEnd) => Promise<number>
}>

/** How a script ended; `exitCode` 0 is well, -2 that scripts may not run. */
export type ScriptEnd = Readonly<{ exitCode: number; output: string }>

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
  const notifications = async () =>
    (await post('config', { orbit_node_key: key }))['notifications'] as Readonly<Record<string, unknown>>
  return {
    runScripts: async (run) => {
      const ids = ((await notifications())['pending_script_execution_ids'] ?? []) as readonly string[]
      for (const id of ids) {
        const { script_contents: script } = await post('scripts/request', { orbit_node_key: key, execution_id: id })
        const { exitCode, output } = run(String(script))
        const result = { output, runtime: 1, exit_code: exitCode, timeout: false }
        await post('scripts/result', { orbit_node_key: key, execution_id: id, ...result })
      }
      return ids.length
    },
    credential: () => ({
      kind: 'user-token',
      token: JSON.stringify({ type: 1, payload: { orbit_node_key: key, auth_token: '' } }),
    }),
    notifications,
  }
}
