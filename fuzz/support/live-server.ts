import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { postgresEventLog } from '../../src/adapters/postgres/event-log.ts'
import type { EventLog } from '../../src/app/ports.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import { ParseError } from '../../src/kernel/parse-error.ts'
import type { RawMac } from '../../test/support/raw-mac.ts'
import { rawMac } from '../../test/support/raw-mac.ts'
import { startServer } from '../../test/support/server.ts'
import { BrokenPromise } from './case.ts'
import { goldenUdid } from './goldens.ts'

/** The whole server in this thread, over real sockets, with one Mac enrolled. */
export type LiveServer = Readonly<{
  mac: RawMac
  /** The authority's certificate, DER. */
  authorityDer: Uint8Array
  send: (message: Message) => Promise<void>
  /** Writes bytes as they are into a connection and closes its own side; every answer counts. */
  sendRaw: (bytes: Uint8Array) => Promise<void>
  /** What was appended since the Mac had enrolled, or since it was asked last. */
  appended: () => Promise<readonly Recorded[]>
  /** Read models that stopped; also those that the server complained of. */
  stuck: () => Promise<readonly string[]>
  stop: () => Promise<void>
}>

export type Message = Readonly<{
  method: 'GET' | 'POST' | 'PUT'
  path: string
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array
  /** Where a 401 is part of the protocol: nobody there is enrolled yet. */
  mayChallenge?: boolean
}>

export const liveServer = async (): Promise<LiveServer> => {
  const server = await startServer({ environment: { MUSTER_TLS: 'off', MUSTER_METRICS: 'on' } })
  const agent = new Agent({ keepAlive: true })
  const { port } = new URL(server.url)
  const mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), goldenUdid)
  const common = { UDID: goldenUdid, Topic: mac.topic }
  await mac.send({ ...common, MessageType: 'Authenticate', ProductName: 'Mac14,7', SerialNumber: 'C02FUZZ00001' })
  await mac.send({ ...common, MessageType: 'TokenUpdate', Token: Buffer.from('token'), PushMagic: 'magic' })
  const log = await postgresEventLog({ url: server.databaseUrl })
  await quiet(log)
  let seen = await log.head()

  return {
    mac,
    authorityDer: await authorityOf(server.url),
    send: async (message) => mustBeAnswered(await statusOf(agent, server.url, message), message.mayChallenge ?? false),
    sendRaw: async (bytes) => {
      for (const status of await statusesOf(Number(port), bytes)) mustBeAnswered(status, false)
    },
    appended: async () => {
      await quiet(log)
      const events: Recorded[] = []
      for (;;) {
        const page = await log.readAll({ after: seen, limit: 1000 })
        const last = page.at(-1)
        if (last === undefined) return events
        events.push(...page)
        seen = last.position
      }
    },
    stuck: async () => {
      const { body } = await server.network.send({ method: 'GET', url: `${server.url}/readyz` })
      const complaints = server.complaints.filter(({ message }) => message.includes('stuck')).map(({ message }) => message)
      return [...complaints, ...(body.includes('is stuck') ? [body.toString()] : [])]
    },
    stop: async () => {
      agent.destroy()
      await log.close()
      await server.stop()
    },
  }
}

/** A 5xx says that the server failed; a 401 makes a device unenroll. Other refusals are as they should be. */
const mustBeAnswered = (status: number, mayChallenge: boolean): void => {
  if (status >= 500 || (status === 401 && !mayChallenge)) throw new BrokenPromise(`The server answered ${String(status)}.`)
  if (status >= 400) throw new ParseError(`HTTP ${String(status)}`, 'The server refused.')
}

const answerMs = 20_000

const statusOf = (agent: Agent, url: string, { method, path, headers = {}, body }: Message): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, {
      method,
      agent,
      timeout: answerMs,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': body.length }) },
    })
    sent.on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new BrokenPromise(`The server did not answer within ${String(answerMs)} ms.`)))
    sent.on('error', reject)
    sent.end(body)
  })

const statusesOf = (port: number, bytes: Uint8Array): Promise<readonly number[]> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const chunks: Buffer[] = []
    const late = setTimeout(() => socket.destroy(), 2000)
    socket.on('data', (chunk) => chunks.push(chunk))
    // A server may reset the connection of whoever sends nonsense.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      clearTimeout(late)
      const text = Buffer.concat(chunks).toString('latin1')
      resolve([...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status)))
    })
    socket.end(bytes)
  })

const authorityOf = async (url: string): Promise<Uint8Array> => {
  const response = await fetch(`${url}/mdm/apple/scep?operation=GetCACert`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Waits until the workers have nothing more to add. */
const quiet = async (log: EventLog): Promise<void> => {
  for (let before = await log.head(), calm = 0; calm < 4;) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    const now = await log.head()
    calm = now === before ? calm + 1 : 0
    before = now
  }
}
