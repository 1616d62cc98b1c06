import type { KeyPair } from '../protocols/x509/keys.ts'
import { generateRsaKey } from '../protocols/x509/keys.ts'
import type { Answer } from './apple/answers.ts'
import type { Behaviour } from './apple/behaviour.ts'
import type { Signing } from './apple/channel.ts'
import type { Model } from './apple/facts.ts'
import { DeviceFailure } from './apple/failure.ts'
import type { Network } from './apple/network.ts'
import type { AppleDevice } from './apple-device.ts'
import { appleDevice } from './apple-device.ts'
import { random } from './random.ts'
import { wakeQueue } from './wake-queue.ts'

export type AppleFleetOptions = Readonly<{
  /** Of `deviceNetwork`. */
  network: Network
  count: number
  /** Equal seeds make equal fleets. */
  seed: string
  /** The enrollment profile of one device, such as a download from the server. */
  enrollmentProfile: (device: AppleDevice) => Promise<Uint8Array>
  /** Enrollments, and sessions, at once; 32 unless told. */
  concurrency?: number
  /** Share of iPhones, 0 to 1; 0.25 unless told. The others are Macs. */
  iphones?: number
  /** Share of supervised devices, 0 to 1; none unless told. */
  supervised?: number
  behaviour?: Behaviour
  signing?: Signing
  /** Lets every enrolled device connect this often; devices wait for pushes when absent. */
  pollEveryMs?: number
  onProgress?: (progress: FleetProgress) => void
  /** Told of every session or enrollment that failed; the fleet goes on. */
  onFailure?: (device: AppleDevice, error: unknown) => void
  onAnswer?: (device: AppleDevice, requestType: string, status: Answer['status']) => void
}>

export type FleetProgress = Readonly<{ enrolled: number; failed: number; total: number }>

export type FleetCounts = Readonly<{
  enrolled: number
  sessions: number
  commands: number
  /** Failures by `DeviceFailure` code; `fault` for all others. */
  failures: Readonly<Record<string, number>>
}>

/** What a fleet needs of a push service, such as the simulated one. */
export type PushSource = Readonly<{ onPush: (listener: (token: string) => void) => () => void }>

export type AppleFleet = Readonly<{
  devices: readonly AppleDevice[]
  /** Enrolls all devices that are not enrolled yet. Never throws; tells progress after each. */
  enroll: () => Promise<FleetProgress>
  /** Lets a push for a device's token make it connect. The result takes the fleet off again. */
  attach: (source: PushSource) => () => void
  /** Lets every enrolled device connect, as if all were pushed at once, and waits until nobody is connected any more. */
  connectAll: () => Promise<void>
  /** Resolves when no device is connected or about to. */
  idle: () => Promise<void>
  counts: () => FleetCounts
  /** No polls, no pushes any more; waits for sessions that run. The network is the caller's to close. */
  stop: () => Promise<void>
}>

/** RSA keys take most of an enrollment's time, so that a few are used for all devices; certificates still differ by serial number. */
const maxKeys = 8

export const appleFleet = async (options: AppleFleetOptions): Promise<AppleFleet> => {
  const { concurrency = 32, onProgress = () => undefined, onFailure = () => undefined } = options
  const devices = await devicesOf(options)
  const byToken = new Map<string, AppleDevice>()
  const failures = new Map<string, number>()

  /** Devices change their tokens: when they are erased, or when Apple says so. */
  const lookedUp = (token: string): AppleDevice | undefined => {
    byToken.clear()
    for (const device of devices) byToken.set(device.pushToken, device)
    return byToken.get(token)
  }

  const detachments = new Set<() => void>()
  let sessions = 0
  let commands = 0

  const fail = (device: AppleDevice, error: unknown): void => {
    const code = error instanceof DeviceFailure ? error.code : 'fault'
    failures.set(code, (failures.get(code) ?? 0) + 1)
    onFailure(device, error)
  }

  const session = async (device: AppleDevice): Promise<void> => {
    if (!device.enrolled()) return
    sessions += 1
    try {
      const answered = await device.connect()
      commands += answered
    } catch (error) {
      fail(device, error)
    }
  }
  const sessionQueue = wakeQueue(concurrency, session)

  const wakeAll = (): void => {
    for (const device of devices) if (device.enrolled()) sessionQueue.wake(device)
  }
  const poll = options.pollEveryMs === undefined ? undefined : setInterval(wakeAll, options.pollEveryMs)

  const enroll = async (): Promise<FleetProgress> => {
    let failed = 0
    const progress = () => ({ enrolled: devices.filter((device) => device.enrolled()).length, failed, total: devices.length })
    const enrollments = wakeQueue(concurrency, async (device: AppleDevice) => {
      try {
        await device.enroll(await options.enrollmentProfile(device))
      } catch (error) {
        failed += 1
        fail(device, error)
      }
      onProgress(progress())
    })
    for (const device of devices) if (!device.enrolled()) enrollments.wake(device)
    await enrollments.idle()
    return progress()
  }

  return {
    devices,
    enroll,
    attach: (source) => {
      const detach = source.onPush((token) => {
        const device = byToken.get(token)?.pushToken === token ? byToken.get(token) : lookedUp(token)
        if (device !== undefined) sessionQueue.wake(device)
      })
      detachments.add(detach)
      return () => {
        detach()
        detachments.delete(detach)
      }
    },
    connectAll: () => {
      wakeAll()
      return sessionQueue.idle()
    },
    idle: sessionQueue.idle,
    counts: () => ({
      enrolled: devices.filter((device) => device.enrolled()).length,
      sessions,
      commands,
      failures: Object.fromEntries(failures),
    }),
    stop: async () => {
      clearInterval(poll)
      for (const detach of detachments) detach()
      sessionQueue.stop()
      await sessionQueue.idle()
    },
  }
}

const devicesOf = async (options: AppleFleetOptions): Promise<readonly AppleDevice[]> => {
  const { count, seed, network, iphones = 0.25, supervised = 0, behaviour = {}, onAnswer } = options
  const luck = random(`fleet ${seed}`)
  const supervision = random(`supervision ${seed}`)
  const keys = await Promise.all(Array.from({ length: Math.min(count, maxKeys) }, () => generateRsaKey(2048)))
  return Array.from({ length: count }, (_, index) => {
    const model: Model = luck.chance(iphones) ? 'iphone' : 'mac'
    const identityKey: KeyPair | undefined = keys[index % maxKeys]
    const device: AppleDevice = appleDevice({
      network,
      seed: `${seed}-${String(index)}`,
      model,
      supervised: supervision.chance(supervised),
      behaviour,
      ...(identityKey === undefined ? {} : { identityKey }),
      ...(options.signing === undefined ? {} : { signing: options.signing }),
      ...(onAnswer === undefined
        ? {}
        : {
            onAnswer: (requestType, status) => {
              onAnswer(device, requestType, status)
            },
          }),
    })
    return device
  })
}
