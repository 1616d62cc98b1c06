import { generateRsaKey } from '../protocols/x509/keys.ts'
import { DeviceFailure } from './apple/failure.ts'
import type { Network } from './apple/network.ts'
import type { FleetCounts, FleetProgress } from './fleet.ts'
import { wakeQueue } from './wake-queue.ts'
import type { WindowsBehaviour, WindowsDevice } from './windows-device.ts'
import { windowsDevice } from './windows-device.ts'
import type { Orbit } from './windows/orbit.ts'
import { orbitOn } from './windows/orbit.ts'

export type WindowsFleetOptions = Readonly<{
  network: Network
  count: number
  /** Equal seeds make equal fleets. */
  seed: string
  /** The server, and the secret that its agents enroll with. */
  url: string
  secret: string
  /** Enrollments, and sessions, at once; 32 unless told. */
  concurrency?: number
  behaviour?: WindowsBehaviour
  /** Lets every enrolled device connect this often. */
  pollEveryMs?: number
  onProgress?: (progress: FleetProgress) => void
  /** Told of every session or enrollment that failed; the fleet goes on. */
  onFailure?: (device: WindowsDevice, error: unknown) => void
  /** Told of every command, with the code that the device answers. */
  onAnswer?: (code: string) => void
}>

export type WindowsFleet = Readonly<{
  devices: readonly WindowsDevice[]
  /** Enrolls all devices that are not enrolled yet, each let in by its agent. Never throws. */
  enroll: () => Promise<FleetProgress>
  /** Lets every enrolled device connect once, and waits for that. */
  connectAll: () => Promise<void>
  counts: () => FleetCounts
  /** No polls any more; waits for sessions that run. The network is the caller's to close. */
  stop: () => Promise<void>
}>

/** RSA keys take most of an enrollment's time: a few serve all. */
const maxKeys = 8

/** Simulated Windows PCs with their agents. */
export const windowsFleet = async (options: WindowsFleetOptions): Promise<WindowsFleet> => {
  const { network, count, seed, url, secret, concurrency = 32, behaviour, onAnswer } = options
  const keys = await Promise.all(Array.from({ length: Math.min(count, maxKeys) }, () => generateRsaKey(2048)))
  const orbits = new Map<string, Orbit>()
  const failures = new Map<string, number>()
  let sessions = 0
  let commands = 0

  const credential = async (device: WindowsDevice) => {
    const orbit = orbits.get(device.uuid) ?? (await orbitOn(network, url, secret, device))
    orbits.set(device.uuid, orbit)
    return orbit.credential()
  }
  const devices = Array.from({ length: count }, (_, index): WindowsDevice => {
    const keyPair = keys[index % maxKeys]
    return windowsDevice({
      ...{ network, seed: `${seed}-${String(index)}`, discoveryUrl: `${url}/api/mdm/microsoft/discovery`, credential },
      ...(keyPair && { keyPair }),
      ...(behaviour && { behaviour }),
      ...(onAnswer && {
        onCommand: ({ code }) => {
          onAnswer(code)
        },
      }),
    })
  })

  const fail = (device: WindowsDevice, error: unknown): void => {
    const code = error instanceof DeviceFailure ? error.code : 'fault'
    failures.set(code, (failures.get(code) ?? 0) + 1)
    options.onFailure?.(device, error)
  }
  const queue = wakeQueue(concurrency, async (device: WindowsDevice) => {
    if (!device.enrolled()) return
    sessions += 1
    try {
      commands += await device.connect()
    } catch (error) {
      fail(device, error)
    }
  })
  const wakeAll = (): void => {
    for (const device of devices) if (device.enrolled()) queue.wake(device)
  }
  const poll = options.pollEveryMs === undefined ? undefined : setInterval(wakeAll, options.pollEveryMs)
  const enrolled = (): number => devices.filter((device) => device.enrolled()).length

  return {
    devices,
    enroll: async () => {
      let failed = 0
      const progress = (): FleetProgress => ({ enrolled: enrolled(), failed, total: count })
      const enrollments = wakeQueue(concurrency, async (device: WindowsDevice) => {
        try {
          await device.enroll()
        } catch (error) {
          failed += 1
          fail(device, error)
        }
        options.onProgress?.(progress())
      })
      for (const device of devices) if (!device.enrolled()) enrollments.wake(device)
      await enrollments.idle()
      return progress()
    },
    connectAll: () => {
      wakeAll()
      return queue.idle()
    },
    counts: () => ({ enrolled: enrolled(), sessions, commands, failures: Object.fromEntries(failures) }),
    stop: async () => {
      clearInterval(poll)
      queue.stop()
      await queue.idle()
    },
  }
}
