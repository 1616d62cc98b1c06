import type { Agent, AgentHost } from './agent.ts'
import { osqueryAgent } from './agent.ts'
import type { AppleDevice } from './apple-device.ts'
import { random } from './random.ts'
import { wakeQueue } from './wake-queue.ts'

export type AgentFleetOptions = Readonly<{
  /** Macs among them get an agent each. */
  devices: readonly AppleDevice[]
  url: string
  ca?: string
  /** With which they enrol. */
  secret: string
  /** How often each asks what it is to tell; they ask only in `pollAll` when absent. */
  pollEveryMs?: number
  onFailure?: (device: AppleDevice, error: unknown) => void
}>

export type AgentFleet = Readonly<{
  /** How many agents have a node key. */
  enrolled: () => number
  /** How many queries they answered. */
  answered: () => number
  /** Lets every agent ask once; those without a key enrol first. Never throws. */
  pollAll: () => Promise<void>
  stop: () => Promise<void>
}>

/** At once. */
const concurrency = 16

/** An osquery on each Mac that is enrolled; it sees the profiles that the Mac has. */
export const agentFleet = ({ devices, url, ca, secret, pollEveryMs, onFailure }: AgentFleetOptions): AgentFleet => {
  const agents = new Map<AppleDevice, Agent>()
  for (const device of devices)
    if (device.model === 'mac') agents.set(device, osqueryAgent({ url, secret, host: hostOf(device), ...(ca && { ca }) }))
  let answered = 0
  const queue = wakeQueue(concurrency, async (device: AppleDevice) => {
    try {
      answered += (await agents.get(device)?.poll())?.length ?? 0
    } catch (error) {
      onFailure?.(device, error)
    }
  })
  const wakeAll = (): void => {
    for (const device of agents.keys()) if (device.enrolled()) queue.wake(device)
  }
  const poll = pollEveryMs === undefined ? undefined : setInterval(wakeAll, pollEveryMs)
  return {
    enrolled: () => [...agents.values()].filter((agent) => agent.nodeKey() !== null).length,
    answered: () => answered,
    pollAll: () => {
      wakeAll()
      return queue.idle()
    },
    stop: async () => {
      clearInterval(poll)
      queue.stop()
      await queue.idle()
    },
  }
}

/** What the agent of a Mac sees. A profile came when it was first seen: the next whole second, as agents tell no smaller part. */
const hostOf = (device: AppleDevice): AgentHost => {
  const since = new Map<string, string>()
  const { name, productName, osVersion, buildVersion } = device.facts
  return {
    ...{ uuid: device.udid, serial: device.serial, name, model: productName, osVersion, osBuild: buildVersion },
    profiles: () =>
      device.installed().map(({ identifier, displayName, sha256 }) => {
        const key = `${identifier} ${sha256}`
        const installedAt = since.get(key) ?? new Date(Date.now() + 1000).toISOString()
        since.set(key, installedAt)
        return { identifier, displayName, installedAt }
      }),
    serverUrl: () => (device.enrolled() ? 'https://this.server/mdm' : null),
    encrypted: random(`${device.serial} is encrypted`).chance(0.8),
    isIn: (sql) => random(`${device.serial} in ${sql}`).chance(0.5),
  }
}
