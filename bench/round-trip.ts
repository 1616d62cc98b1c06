import { Agent, request } from 'node:http'
import { inParallel } from '../src/app/in-parallel.ts'
import { writePlist } from '../src/protocols/plist/write.ts'
import { musterProcess } from '../test/support/muster-process.ts'
import { startBare } from './support/bare.ts'
import { enrolledMacs, signedReport } from './support/macs.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const devices = 300
const rounds = 5
const inFlight = 32

export const roundTrip: Benchmark = {
  about: 'commands queued, delivered and acknowledged per second; limit: the same requests against a bare server',
  run: async () => {
    const server = await musterProcess({ MUSTER_TLS: 'off' })
    const bare = await startBare()
    const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
    try {
      const { macs, client } = await enrolledMacs(server, devices)
      const command = Buffer.from(writePlist({ RequestType: 'ProfileList' }))
      const idles = macs.map((mac) => signedReport(mac, { Status: 'Idle' }))
      const ours: number[] = []
      const limits: number[] = []
      const queueing: number[] = []
      for (let round = 0; round < rounds; round++) {
        const begun = performance.now()
        const { command_uuid } = await client.commands.run(
          command,
          macs.map(({ udid }) => udid),
        )
        const queued = performance.now() - begun
        queueing.push((devices * 1000) / queued)
        const acks = macs.map((mac) => signedReport(mac, { Status: 'Acknowledged', CommandUUID: command_uuid }))
        const exchange = async (url: string, mustCarry: boolean): Promise<number> => {
          const start = performance.now()
          await inParallel([...macs.keys()], inFlight, async (index) => {
            const offered = await put(agent, url, idles[index])
            if (mustCarry && offered < 100) throw new Error('A device was offered nothing.')
            await put(agent, url, acks[index])
          })
          return performance.now() - start
        }
        ours.push((devices * 1000) / (queued + (await exchange(`${server.url}/mdm/apple/mdm`, true))))
        limits.push((devices * 1000) / (await exchange(`http://localhost:${String(bare.port)}/`, false)))
      }
      client.close()
      return result('round-trip', median(ours), 'commands/s', median(limits), {
        ...{ devices, rounds, inFlight },
        queuedPerSecond: median(queueing),
      })
    } finally {
      agent.destroy()
      await bare.stop()
      await server.close()
    }
  },
}

/** Sends a report; answers how many bytes came back. */
const put = (agent: Agent, url: string, report: ReturnType<typeof signedReport> | undefined): Promise<number> =>
  new Promise((resolve, reject) => {
    if (report === undefined) throw new Error('There is no report.')
    const sent = request(
      url,
      { method: 'PUT', agent, headers: { ...report.headers, 'content-length': report.body.length } },
      (response) => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => (bytes += chunk.length))
        response.on('end', () => {
          if (response.statusCode === 200) resolve(bytes)
          else reject(new Error(`The server answered ${String(response.statusCode)}.`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(report.body)
  })
