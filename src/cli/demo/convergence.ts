import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { StatusCounts } from '../../client/json.ts'
import type { MusterClient } from '../../client/muster-client.ts'
import type { AppleDevice } from '../../simulators/apple-device.ts'
import type { WindowsDevice } from '../../simulators/windows-device.ts'

/** A profile that the devices are to hold: its file's name, and the SHA-256 of its bytes. */
export type Wanted = Readonly<{ name: string; profileUuid: string; sha256: string }>

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** How many devices hold exactly these profiles, byte for byte. */
export const convergedIn = (devices: readonly AppleDevice[], wanted: readonly Wanted[]): number => {
  const hashes = wanted.map((profile) => profile.sha256).toSorted()
  return devices.filter((device) => {
    const holds = device.installed().map((profile) => profile.sha256)
    return holds.length === hashes.length && holds.toSorted().every((hash, index) => hash === hashes[index])
  }).length
}

/** How many PCs have all these nodes set. */
export const setIn = (pcs: readonly WindowsDevice[], nodes: readonly string[]): number =>
  pcs.filter(({ tree }) => nodes.every((node) => tree.valueOf(node) !== null)).length

type Waiting = Readonly<{
  client: MusterClient
  teamId: number
  devices: readonly AppleDevice[]
  wanted: readonly Wanted[]
  pcs: readonly WindowsDevice[]
  /** What is to be set on them. */
  nodes: readonly string[]
  limitMs: number
  onProgress: (converged: number) => void
}>

const lookEveryMs = 100

/** Waits until all hosts hold the wanted set and the server says so too, or the time is over. Answers how many hosts do. */
export const waitForConvergence = async (waiting: Waiting): Promise<number> => {
  const { client, teamId, devices, wanted, pcs, nodes, limitMs, onProgress } = waiting
  const hosts = devices.length + pcs.length
  const end = Date.now() + limitMs
  for (;;) {
    const converged = convergedIn(devices, wanted) + setIn(pcs, nodes)
    onProgress(converged)
    if (Date.now() > end) return converged
    if (converged === hosts && isSettled(await client.summary(teamId), hosts)) return converged
    await pause(lookEveryMs)
  }
}

const isSettled = ({ pending, failed, verifying, verified }: StatusCounts, hosts: number): boolean =>
  pending === 0 && failed === 0 && verifying + verified === hosts
