import { readFile } from 'node:fs/promises'
import { musterClient } from '../client/muster-client.ts'
import { deviceNetwork } from '../simulators/apple/network.ts'
import { appleFleet } from '../simulators/fleet.ts'

export type SimulateOptions = Readonly<{ apple: number; url: string; token: string; ca?: string; seed: string; pollMs: number }>

/** Enrolls simulated Apple devices at any server and lets them poll until `signal` aborts. Answers how many enrolled. */
export const simulate = async (options: SimulateOptions, tell: (line: string) => void, signal: AbortSignal): Promise<number> => {
  const ca = options.ca === undefined ? {} : { ca: await readFile(options.ca, 'utf8') }
  const network = deviceNetwork(ca)
  const client = musterClient({ url: options.url, token: options.token, ...ca })
  const fleet = await appleFleet({
    network,
    count: options.apple,
    seed: options.seed,
    pollEveryMs: options.pollMs,
    enrollmentProfile: () => client.enrollmentProfile(),
    onFailure: (device, error) => {
      tell(`${device.name}: ${error instanceof Error ? error.message : String(error)}`)
    },
  })
  try {
    const { enrolled, failed } = await fleet.enroll()
    tell(`${String(enrolled)} devices enrolled, ${String(failed)} failed. They poll until Ctrl-C.`)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    return enrolled
  } finally {
    await fleet.stop()
    client.close()
    network.close()
  }
}
