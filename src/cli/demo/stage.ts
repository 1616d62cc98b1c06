import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MusterClient } from '../../client/muster-client.ts'
import { musterClient } from '../../client/muster-client.ts'
import { deviceNetwork } from '../../simulators/apple/network.ts'
import type { AppleDevice } from '../../simulators/apple-device.ts'
import type { AppleFleet } from '../../simulators/fleet.ts'
import { appleFleet } from '../../simulators/fleet.ts'
import type { WindowsFleet } from '../../simulators/windows-fleet.ts'
import { windowsFleet } from '../../simulators/windows-fleet.ts'
import type { Mood } from './life.ts'
import { startPush } from './push.ts'
import { startServer } from './server.ts'

/** Everything that a demo needs, running. */
export type Stage = Readonly<{
  url: string
  /** An admin's API token. */
  token: string
  client: MusterClient
  fleet: AppleFleet
  pcs: WindowsFleet
  /** How all Macs behave from now on. */
  mood: Mood
  /** The devices on which a command failed so far. */
  refused: readonly AppleDevice[]
  /** Ends all that was started, in order, and removes the data. Safe to repeat. */
  clear: () => Promise<void>
}>

export type StageOptions = Readonly<{
  hosts: number
  windows: number
  /** How many hosts are enrolled by now. */
  onProgress: (enrolled: number) => void
  onFailure: (line: string) => void
}>

/** How often a Windows PC calls: its push service is not ours to play. */
const pollMs = 500

/** Devices look at it before each command. */
const behaviourIn = (mood: Mood) => ({
  get notNow() {
    return mood.notNow
  },
  get error() {
    return mood.failNext > 0 && mood.failNext-- > 0 ? 1 : 0
  },
})

/** Starts a push service, a server with a temporary data folder, and fleets of simulated Macs, which the pushes wake, and of Windows PCs, which call by themselves. */
export const setStage = async ({ hosts, windows, onProgress, onFailure }: StageOptions): Promise<Stage> => {
  const enders: (() => unknown)[] = []
  let cleared: Promise<void> | null = null
  const clear = (): Promise<void> =>
    (cleared ??= (async () => {
      for (const end of enders.reverse()) await Promise.resolve(end()).catch(() => undefined)
    })())

  try {
    const folder = await mkdtemp(join(tmpdir(), 'muster-demo-'))
    enders.push(() => rm(folder, { recursive: true, force: true }))
    // As root, the embedded Postgres runs as another user, who must get through to its own folder.
    await chmod(folder, 0o711)
    const push = await startPush(folder)
    enders.push(() => push.apns.stop())
    const server = await startServer({
      MUSTER_DATA: join(folder, 'data'),
      MUSTER_PORT: '0',
      MUSTER_AUTHORITY_KEY_BITS: '2048',
      MUSTER_LOG_LEVEL: 'error',
      MUSTER_API_RATE: '1000000',
      ...push.settings,
    })
    enders.push(server.stop)
    const client = musterClient({ url: server.url, token: server.token, ca: server.caPem })
    enders.push(() => {
      client.close()
    })
    await client.pushCertificate.upload(push)
    const network = deviceNetwork({ ca: server.caPem })
    enders.push(() => {
      network.close()
    })
    const mood: Mood = { notNow: 0, failNext: 0 }
    const refused: AppleDevice[] = []
    const told = (): void => {
      onProgress(fleet.counts().enrolled + pcs.counts().enrolled)
    }
    const complain = ({ name }: Readonly<{ name: string }>, error: unknown): void => {
      onFailure(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
    const fleet = await appleFleet({
      network,
      behaviour: behaviourIn(mood),
      onAnswer: (device, requestType, status) => {
        if (status !== 'Error') return
        refused.push(device)
        // Only profiles are tried again.
        if (requestType !== 'InstallProfile') mood.failNext = Math.max(mood.failNext, 1)
      },
      count: hosts,
      seed: 'demo',
      iphones: 0,
      enrollmentProfile: () => client.enrollmentProfile(),
      onProgress: told,
      onFailure: complain,
    })
    enders.push(() => fleet.stop())
    fleet.attach(push.apns)
    const pcs = await windowsFleet({
      ...{ network, count: windows, seed: 'demo', url: server.url, secret: await client.enrollSecrets.add(null) },
      ...{ pollEveryMs: pollMs, onProgress: told, onFailure: complain },
    })
    enders.push(() => pcs.stop())
    return { url: server.url, token: server.token, client, fleet, pcs, mood, refused, clear }
  } catch (error) {
    await clear()
    throw error
  }
}
