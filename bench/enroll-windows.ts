import { sign } from 'node:crypto'
import { musterClient } from '../src/client/muster-client.ts'
import type { KeyPair } from '../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../src/protocols/x509/keys.ts'
import { deviceNetwork } from '../src/simulators/apple/network.ts'
import { windowsFleet } from '../src/simulators/windows-fleet.ts'
import { musterProcess } from '../test/support/muster-process.ts'
import type { Benchmark } from './support/report.ts'
import { result } from './support/report.ts'

const count = 1_000
const atOnce = 32

/** Whole enrollments: the agent's, discovery, policy, the identity; limit: the signature over a certificate, which no enrollment can do without. */
export const enrollWindows: Benchmark = {
  about: 'enrollments of Windows devices per second; limit: the RSA signatures of their certificates alone, on one core',
  run: async () => {
    const server = await musterProcess({ MUSTER_TLS: 'off', MUSTER_API_RATE: '1000000' })
    const network = deviceNetwork({ maxSockets: atOnce })
    const client = musterClient({ url: server.url, token: server.token })
    try {
      const secret = await client.enrollSecrets.add(null)
      const fleet = await windowsFleet({ network, count, seed: 'storm', url: server.url, secret, concurrency: atOnce })
      const begun = performance.now()
      const { enrolled, failed } = await fleet.enroll()
      const figure = (enrolled * 1000) / (performance.now() - begun)
      await fleet.stop()
      const limit = signaturesAlone(await generateRsaKey(2048))
      return result('enroll-windows', figure, 'enrollments/s', limit, { enrolled, failed, atOnce })
    } finally {
      client.close()
      network.close()
      await server.close()
    }
  },
}

const signaturesAlone = ({ privateKey }: KeyPair): number => {
  const data = Buffer.alloc(1024)
  const begun = performance.now()
  let done = 0
  while (performance.now() - begun < 3000) {
    sign('sha256', data, privateKey)
    done++
  }
  return (done * 1000) / (performance.now() - begun)
}
