import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent, request as secureRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeviceFailure } from './failure.ts'

export type NetworkOptions = Readonly<{
  /** PEM of the authority that the server's certificate comes from; the system's authorities when absent. */
  ca?: string
  /** Where all requests go instead of the host that a profile names: scheme, host and port, such as `https://127.0.0.1:8443`. */
  baseUrl?: string
  /** Connections to one host, shared by all devices; 64 unless told. */
  maxSockets?: number
  /** How long a reply may take; 30,000 unless told. */
  timeoutMs?: number
  /** How often a request is sent at most while the server fails with 5xx or 429, or cannot be reached; 5 unless told. */
  tries?: number
  /** The first pause between two tries, doubled each time, at most 60,000; 500 unless told. */
  backOffMs?: number
}>

export type DeviceRequest = Readonly<{
  method: 'GET' | 'POST' | 'PUT'
  url: string
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array
  /** Shown to a server that asks for a client certificate. */
  identity?: Readonly<{ certificatePem: string; keyPem: string }>
  /** Send it this often at most, whatever the network's own patience. */
  tries?: number
}>

export type DeviceReply = Readonly<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>

export type Network = Readonly<{
  /** Sends as a device does: again, with growing pauses, while the server is away or ill. Throws `DeviceFailure` `unreachable`. */
  send: (request: DeviceRequest) => Promise<DeviceReply>
  close: () => void
}>

const maxReplyBytes = 16 * 1024 * 1024
const maxPauseMs = 60_000

/** A network that any number of simulated devices share, so that hundreds of them need only a few connections. */
export const deviceNetwork = (options: NetworkOptions = {}): Network => {
  const { maxSockets = 64, backOffMs = 500, timeoutMs = 30_000 } = options
  const secure = new Agent({ keepAlive: true, maxSockets, ...(options.ca === undefined ? {} : { ca: options.ca }) })
  const plain = new PlainAgent({ keepAlive: true, maxSockets })

  const open = (request: DeviceRequest): ClientRequest => {
    const url = addressOf(request.url, options.baseUrl)
    const { identity } = request
    const common: RequestOptions = {
      method: request.method,
      headers: { ...request.headers, 'content-length': String(request.body?.length ?? 0) },
    }
    if (url.protocol === 'http:') return plainRequest(url, { ...common, agent: plain })
    const shown = identity === undefined ? {} : { cert: identity.certificatePem, key: identity.keyPem }
    return secureRequest(url, { ...common, ...shown, agent: secure })
  }

  const sendWithin = async (request: DeviceRequest, attempt: number): Promise<DeviceReply> => {
    const last = attempt >= (request.tries ?? options.tries ?? 5)
    try {
      const reply = await exchange(open(request), request.body, timeoutMs)
      if (!mayPass(reply.status) || last) return reply
    } catch (error) {
      if (last) throw unreachable(request, error)
    }
    await sleep(Math.min(backOffMs * 2 ** (attempt - 1), maxPauseMs))
    return sendWithin(request, attempt + 1)
  }

  return {
    send: (request) => sendWithin(request, 1),
    close: () => {
      secure.destroy()
      plain.destroy()
    },
  }
}

/** The path and query of a profile's URL, perhaps on another host. */
const addressOf = (text: string, baseUrl: string | undefined): URL => {
  const url = new URL(text)
  return baseUrl === undefined ? url : new URL(`${url.pathname}${url.search}`, baseUrl)
}

/** States of the server that a device waits out. */
const mayPass = (status: number): boolean => status === 429 || status >= 500

const unreachable = ({ method, url }: DeviceRequest, cause: unknown): DeviceFailure => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DeviceFailure('unreachable', `${method} ${new URL(url).pathname} had no answer: ${reason}`, { cause })
}

const exchange = (request: ClientRequest, body: Uint8Array | undefined, timeoutMs: number): Promise<DeviceReply> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error(`No reply within ${String(timeoutMs)} ms.`)), timeoutMs)
    request.once('close', () => {
      clearTimeout(timer)
    })
    request.once('error', reject)
    request.once('response', (response) => {
      readReply(response).then(resolve, reject)
    })
    request.end(body)
  })

const readReply = async (response: IncomingMessage): Promise<DeviceReply> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxReplyBytes) throw new Error(`The reply has more than ${String(maxReplyBytes)} bytes.`)
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }
}
