import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import type * as Grpc from '@grpc/grpc-js'

/** What grpc-js hands to `tls.connect`; private to it. */
type SecureConnector = { connectionOptions?: { servername?: string; host?: string } }
type SecureCredentials = { _createSecureConnector: (...given: unknown[]) => SecureConnector }

let done = false

/**
 * Lets grpc-js speak TLS to servers that are named by their address. It hands every host on as the server's name, and a server's name must be
 * none of an address (RFC 6066 §3): Node 26 refuses it, Node 24 and before warned (DEP0123). Without a name, Node holds the certificate against
 * the address. The copy of grpc-js is the one that EventStoreDB's client uses. Safe to repeat.
 */
export const allowTlsByAddress = (): void => {
  if (done) return
  done = true
  const require = createRequire(import.meta.url)
  const { credentials } = createRequire(require.resolve('@eventstore/db-client/package.json'))('@grpc/grpc-js') as typeof Grpc
  const secure = Object.getPrototypeOf(credentials.createSsl()) as SecureCredentials
  const create = secure._createSecureConnector
  secure._createSecureConnector = function (this: SecureCredentials, ...given) {
    const connector = create.apply(this, given)
    const { connectionOptions } = connector
    if (isIP(connectionOptions?.servername ?? '') !== 0) delete connectionOptions?.servername
    return connector
  }
}
