import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { StatusCounts } from '../../client/json.ts'
import type { MusterClient } from '../../client/muster-client.ts'
import type { AppleDevice } from '../../simulators/apple-device.ts'

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

type Waiting = Readonly<{
  client: MusterClient
  teamId: number
  devices: readonly AppleDevice[]
  wanted: readonly Wanted[]
  limitMs: number
  onProgress: (converged: number) => void
}>

const lookEveryMs = 100

/** Waits until all devices hold the wanted set and the server says so too, or the time is over. Answers how many devices do. */
export const waitForConvergence = async ({ client, teamId, devices, wanted, limitMs, onProgress }: Waiting): Promise<number> => {
  const end = Date.now() + limitMs
  for (;;) {
    const converged = convergedIn(devices, wanted)
    onProgress(converged)
    if (Date.now() > end) return converged
    if (converged === devices.length && isSettled(await client.summary(teamId), devices.length)) return converged
    await pause(lookEveryMs)
  }
}

const isSettled = ({ pending, failed, verifying, verified }: StatusCounts, hosts: number): boolean =>
  pending === 0 && failed === 0 && verifying + verified === hosts
