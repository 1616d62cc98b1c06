import { readFile } from 'node:fs/promises'
import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { LogRefused } from '../../app/ports.ts'
import type { Connection, Host } from './connection-string.ts'
import { parseConnectionString } from './connection-string.ts'

/** How long a host may take to answer the question why, ms. */
const probeMs = 3_000

/**
 * Why a log in EventStoreDB cannot be used with this connection string, in one sentence with what to do; null when the server is only away. The
 * client tells of no handshake that failed, so the TLS stack is asked.
 */
export const diagnose = async (url: string, error: unknown): Promise<string | null> => {
  if (error instanceof LogRefused) return error.message
  const connection = parseConnectionString(url)
  const found = await Promise.all(
    connection.hosts.map((host) => (connection.tls ? refusedByTls(connection, host) : speaksTls(host))),
  )
  return found.find((sentence) => sentence !== null) ?? null
}

const placeOf = ({ address, port }: Host): string => `${address}:${String(port)}`
const plain = ({ address }: Host): string => address.replaceAll(/[[\]]/g, '')

const refusedByTls = async (connection: Connection, host: Host): Promise<string | null> => {
  const ca = connection.tlsCaFile === undefined ? undefined : await readFile(connection.tlsCaFile)
  const code = await handshake(host, { ...(ca && { ca }), rejectUnauthorized: true })
  if (code === null || isAway(code)) return null
  const sentence =
    sentences[code] ??
    `The TLS handshake with %s failed (${code}); check the certificate there and the options tls and tlsCAFile.`
  return sentence.replace('%s', placeOf(host))
}

const unknownAuthority =
  'The certificate of %s is not signed by an authority that is known here; name its authority with the option tlsCAFile=<PEM file>.'

/** By the codes of Node and OpenSSL. */
const sentences: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate of %s is for other names; connect by a name or address that it holds, or have it issued anew with this one.',
  CERT_HAS_EXPIRED: 'The certificate of %s has expired; have it issued anew.',
  CERT_NOT_YET_VALID: 'The certificate of %s is not valid yet; check the clocks.',
  ERR_SSL_WRONG_VERSION_NUMBER: '%s does not speak TLS; if that is meant to be, say tls=false.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: '%s does not speak TLS; if that is meant to be, say tls=false.',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: '%s asks for a client certificate; name one with userCertFile and userKeyFile.',
}

const speaksTls = async (host: Host): Promise<string | null> =>
  (await handshake(host, { rejectUnauthorized: false })) === null
    ? `${placeOf(host)} speaks TLS, and the URL says tls=false; leave that out, and name its authority with tlsCAFile.`
    : null

const isAway = (code: string): boolean => /^E(CONN|HOST|NET|TIMEDOUT|NOTFOUND|AI_|PIPE)/.test(code)

/** The code with which a handshake fails; null when it succeeds. Nothing is sent. */
const handshake = (host: Host, options: Readonly<{ ca?: Buffer; rejectUnauthorized: boolean }>): Promise<string | null> =>
  new Promise((resolve) => {
    const address = plain(host)
    const socket = connectTcp({ host: address, port: host.port })
    const end = (code: string | null): void => {
      clearTimeout(timer)
      resolve(code)
      socket.destroy()
    }
    const timer = setTimeout(end, probeMs, 'ETIMEDOUT')
    const failed = (error: NodeJS.ErrnoException): void => end(error.code ?? error.message)
    socket.once('error', failed)
    socket.once('connect', () => {
      // An address is no server name; the certificate is held against it all the same.
      const name = isIP(address) === 0 ? { servername: address } : {}
      connectTls({ socket, host: address, ALPNProtocols: ['h2'], ...name, ...options })
        .once('secureConnect', () => end(null))
        .once('error', failed)
    })
  })
