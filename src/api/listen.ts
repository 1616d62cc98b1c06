import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import type { RequestListener } from 'node:http'

export type Listening = Readonly<{
  port: number
  /** Asks clients for certificates of other authorities (PEM) from now on. */
  trustClients: (clientCa: string) => void
  close: () => Promise<void>
}>

export type Tls = Readonly<{ certificatePem: string; keyPem: string; clientCa: string | null }>

/** A request that takes longer than this to arrive is cut, ms; so are headers beyond this size (a signature takes 2 KB or more). */
const requestTimeout = 60_000
const headersTimeout = 20_000
const maxHeaderSize = 32 * 1024
/** Longer than the idle timeouts of common proxies and devices, so that it is they who close. */
const keepAliveTimeout = 75_000
/** How long requests under way may take to end when the server stops, ms. */
const graceMs = 10_000

/** Serves `handler` over TLS, or in plain when `tls` is null. Client certificates are asked for, never demanded: the edge judges them. */
export const listen = async (
  handler: RequestListener,
  { host, port, tls }: Readonly<{ host: string; port: number; tls: Tls | null }>,
): Promise<Listening> => {
  const limits = { requestTimeout, headersTimeout, maxHeaderSize, keepAliveTimeout }
  const secured = tls === null ? null : secureServer(limits, tls, handler)
  const server = secured ?? createServer(limits, handler)
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

const secureServer = (limits: object, tls: Tls, handler: RequestListener) => {
  const clients = tls.clientCa === null ? {} : { requestCert: true, rejectUnauthorized: false, ca: tls.clientCa }
  return createTlsServer({ ...limits, ...contextOf(tls), ...clients }, handler)
}

const contextOf = ({ certificatePem, keyPem }: Tls) => ({ cert: certificatePem, key: keyPem, minVersion: 'TLSv1.2' }) as const
