import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'

export type Listening = Readonly<{
  port: number
  /** Asks clients for certificates of other authorities (PEM) from now on. */
  trustClients: (clientCa: string) => void
  close: () => Promise<void>
}>

export type Tls = Readonly<{ certificatePem: string; keyPem: string; clientCa: string | null }>

/** A request that takes longer than this to arrive is cut, ms; so are headers beyond this size (a signature takes 2 KB or more). */
const usualTimeout = 60_000
/** For requests that are large by nature: 512 MiB over a line of 5 Mbit/s. */
const requestTimeout = 15 * 60_000
const headersTimeout = 20_000
/** A URL may name a thousand enrollments with users: 90 KB where each character that must be escaped is. */
const maxHeaderSize = 128 * 1024
/** Longer than the idle timeouts of common proxies and devices, so that it is they who close. */
const keepAliveTimeout = 75_000
/** How long requests under way may take to end when the server stops, ms. */
const graceMs = 10_000

/** `isLarge` says which requests may take long to arrive. */
type Listen = Readonly<{ host: string; port: number; tls: Tls | null; isLarge?: (request: IncomingMessage) => boolean }>

/** Serves `handler` over TLS, or in plain when `tls` is null. Client certificates are asked for, never demanded: the edge judges them. */
export const listen = async (
  handler: RequestListener,
  { host, port, tls, isLarge = () => false }: Listen,
): Promise<Listening> => {
  const limits = { requestTimeout, headersTimeout, maxHeaderSize, keepAliveTimeout }
  const impatient: RequestListener = (request, response) => {
    if (hasBody(request) && !isLarge(request)) cutWhenSlow(request)
    handler(request, response)
  }
  const secured = tls === null ? null : secureServer(limits, tls, impatient)
  const server = secured ?? createServer(limits, impatient)
  server.on('clientError', refuseUnread)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    trustClients: (clientCa) => {
      if (tls !== null) secured?.setSecureContext({ ...contextOf(tls), ca: clientCa })
    },
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => {
          server.closeAllConnections()
        }, graceMs)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

/** What is too much, or no HTTP, never comes to a handler: it is answered here, so that its sender learns why. */
const refuseUnread = (error: Error, socket: Duplex): void => {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, reason] = unread[code] ?? ['400 Bad Request', 'The request is no well-formed HTTP.']
  const body = JSON.stringify({ message: status.slice(4), error: reason, errors: [{ name: 'base', reason }] })
  const head = [`HTTP/1.1 ${status}`, 'connection: close', 'content-type: application/json; charset=utf-8']
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`)
}

const unread: Readonly<Record<string, readonly [string, string] | undefined>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    `The URL and the headers have more than ${String(maxHeaderSize / 1024)} KiB together.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

const cutWhenSlow = (request: IncomingMessage): void => {
  const timer = setTimeout(() => {
    request.destroy()
  }, usualTimeout)
  const stop = (): void => {
    clearTimeout(timer)
  }
  request.once('end', stop).once('close', stop)
}

const secureServer = (limits: object, tls: Tls, handler: RequestListener) => {
  const clients = tls.clientCa === null ? {} : { requestCert: true, rejectUnauthorized: false, ca: tls.clientCa }
  return createTlsServer({ ...limits, ...contextOf(tls), ...clients }, handler)
}

const contextOf = ({ certificatePem, keyPem }: Tls) => ({ cert: certificatePem, key: keyPem, minVersion: 'TLSv1.2' }) as const
