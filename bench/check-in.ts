import { musterProcess } from '../test/support/muster-process.ts'
import { startBare } from './support/bare.ts'
import { enrolledMacs, signedReport } from './support/macs.ts'
import { rawLoad, rawRequest } from './support/raw-load.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const connections = 32
const roundMs = 3000

export const checkIn: Benchmark = {
  about:
    'idle check-ins, signed, per second; limit: a bare server that verifies the same signature and reads the same property list',
  run: async () => {
    const server = await musterProcess({ MUSTER_TLS: 'off' })
    const bare = await startBare()
    try {
      const { macs, client } = await enrolledMacs(server, 20)
      const requests = macs.map((mac) => {
        const { body, headers } = signedReport(mac, { Status: 'Idle' })
        return rawRequest('/mdm/apple/mdm', headers, body)
      })
      const port = Number(new URL(server.url).port)
      await rawLoad(port, requests, connections, roundMs)
      await rawLoad(bare.port, requests, connections, roundMs)
      const ours: number[] = []
      const limits: number[] = []
      for (let round = 0; round < 5; round++) {
        ours.push(await rawLoad(port, requests, connections, roundMs))
        limits.push(await rawLoad(bare.port, requests, connections, roundMs))
      }
      client.close()
      return result('check-in', median(ours), 'requests/s', median(limits), { connections, devices: macs.length, rounds: 5 })
    } finally {
      await bare.stop()
      await server.close()
    }
  },
}
