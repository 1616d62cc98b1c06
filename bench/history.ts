import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import type { EventLog } from '../src/app/ports.ts'
import type { MusterClient } from '../src/client/muster-client.ts'
import { musterProcess } from '../test/support/muster-process.ts'
import { benchDatabase } from './support/database.ts'
import { fillHistory } from './support/filling.ts'
import type { Mac } from './support/macs.ts'
import { enrolledMacs, signedReport } from './support/macs.ts'
import { rawRequest } from './support/raw-load.ts'
import type { Benchmark } from './support/report.ts'
import { result } from './support/report.ts'

const hosts = 20_000
const commandsEach = 50
const connections = 4
const requests = 4_000

/** Latency of check-ins that reach the log and the database: each tells of a command that nobody knows, and asks for the next. */
export const history: Benchmark = {
  about: 'p99 of a check-in, ms, with 1,000,000 answered commands behind it; limit: the same with none',
  run: async () => {
    const database = await benchDatabase()
    const server = await musterProcess({
      MUSTER_TLS: 'off',
      DATABASE_URL: database.url,
      MUSTER_MASTER_KEY: randomBytes(32).toString('base64'),
    })
    const log = await postgresEventLog({ url: database.url })
    try {
      const { macs, client } = await enrolledMacs(server, 20)
      const port = Number(new URL(server.url).port)
      await latencies(port, macs)
      const none = percentile(await latencies(port, macs))
      const filled = await fillHistory(log, { hosts, commandsEach })
      await caughtUp(client, log)
      await workedOff(server.url)
      await latencies(port, macs)
      const million = percentile(await latencies(port, macs))
      client.close()
      return result('history', million(0.99), 'ms', none(0.99), {
        answeredCommands: hosts * commandsEach,
        events: filled,
        medianWith: million(0.5),
        medianWithout: none(0.5),
        requests,
        connections,
      })
    } finally {
      await log.close()
      await server.close()
      await database.stop()
    }
  },
}

const caughtUp = async (client: MusterClient, log: EventLog): Promise<void> => {
  for (;;) {
    const head = await log.head()
    const shown = (await client.projections.list()).filter((one) => one.shown)
    if (head !== null && shown.every(({ position }) => (position ?? '') >= head)) return
    await pause(500)
  }
}

/** The new hosts were looked at and woken: what is measured is the history behind, not the work ahead. */
const workedOff = async (url: string): Promise<void> => {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text()
    const due = [...text.matchAll(/^muster_work_rows\{kind="(?:wake|reconcile-host)",state="due"\} (\d+)$/gm)]
    if (due.every(([, count]) => count === '0')) break
    await pause(500)
  }
  // Postgres tidies up after itself, too.
  await pause(15_000)
}

/** Of as many requests as there are, one after the other on each connection, ms. */
const latencies = async (port: number, macs: readonly Mac[]): Promise<readonly number[]> => {
  const took: number[] = []
  const lane = async (index: number): Promise<void> => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    for (let sent = 0; sent < requests / connections; sent++) {
      const mac = macs[(index + sent * connections) % macs.length]
      if (mac === undefined) continue
      const { body, headers } = signedReport(mac, { Status: 'Acknowledged', CommandUUID: randomUUID() })
      const request = rawRequest('/mdm/apple/mdm', headers, body)
      const begun = performance.now()
      socket.write(request)
      const [reply] = (await once(socket, 'data')) as [Buffer]
      took.push(performance.now() - begun)
      if (!reply.subarray(0, 12).equals(ok)) throw new Error(`The server answered ${reply.subarray(0, 60).toString()}`)
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, (_, index) => lane(index)))
  return took
}

const ok = Buffer.from('HTTP/1.1 200')

const percentile = (values: readonly number[]) => {
  const sorted = values.toSorted((one, other) => one - other)
  return (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}
