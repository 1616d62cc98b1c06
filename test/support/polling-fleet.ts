import { readdir, readFile } from 'node:fs/promises'
import { musterClient } from '../../src/client/muster-client.ts'
import type { Wanted } from '../../src/cli/demo/convergence.ts'
import { convergedIn, sha256 } from '../../src/cli/demo/convergence.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import { appleFleet } from '../../src/simulators/fleet.ts'

const examples = 'examples/profiles'

/** Simulated Macs that poll a server, and the admin's client: for stories in which servers come and go. */
export const pollingFleet = async (server: Readonly<{ url: string; token: string; caPem: string }>, count: number) => {
  const network = deviceNetwork({ ca: server.caPem, tries: 8, backOffMs: 200 })
  const client = musterClient({ url: server.url, token: server.token, ca: server.caPem })
  const fleet = await appleFleet({
    network,
    count,
    seed: 'scenario',
    iphones: 0,
    pollEveryMs: 300,
    enrollmentProfile: () => client.enrollmentProfile(),
  })

  return {
    client,
    fleet,
    /** Uploads all example profiles for hosts in no team. */
    upload: async (): Promise<readonly Wanted[]> => {
      const wanted: Wanted[] = []
      for (const name of (await readdir(examples)).filter((file) => file.endsWith('.mobileconfig')).toSorted()) {
        const bytes = await readFile(`${examples}/${name}`)
        wanted.push({ name, profileUuid: await client.profiles.upload({ name, bytes }, null), sha256: sha256(bytes) })
      }
      return wanted
    },
    converged: (wanted: readonly Wanted[]): number => convergedIn(fleet.devices, wanted),
    /** How many profiles all devices hold together. */
    installed: (): number => fleet.devices.reduce((sum, device) => sum + device.installed().length, 0),
    stop: async (): Promise<void> => {
      await fleet.stop()
      client.close()
      network.close()
    },
  }
}
