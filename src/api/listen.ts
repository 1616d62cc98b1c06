import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import type { RequestListener } from 'node:http'

export type Listening = Readonly<{ port: number; close: () => Promise<void> }>

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
  const server =
    tls === null
      ? createServer(limits, handler)
      : createTlsServer(
          {
            ...limits,
            cert: tls.certificatePem,
            key: tls.keyPem,
            minVersion: 'TLSv1.2',
            ...(tls.clientCa === null ? {} : { requestCert: true, rejectUnauthorized: false, ca: tls.clientCa }),
          },
          handler,
        )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
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
