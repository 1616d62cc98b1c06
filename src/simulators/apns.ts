import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { constants, createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { ApnsRefusal, ReceivedPush } from './apns/request.ts'
import { maxBodyBytes, readPush } from './apns/request.ts'

export type ApnsOptions = Readonly<{
  serverCertificatePem: string
  serverKeyPem: string
  /** The authority that push certificates must come from. */
  clientCaPem: string
  /** 0 or absent: any free one. */
  port?: number
}>

/** What a token's pushes get: accepted, a refusal, no reply at all, a stream reset, or the end of the connection. */
export type ApnsAnswer = 'accept' | ApnsRefusal | 'silence' | 'reset' | 'goaway'

export type PushListener = (token: string, body: string, headers: IncomingHttpHeaders) => void

export type Apns = Readonly<{
  port: number
  /** The last 10,000 valid pushes, oldest first, whatever they were answered with. */
  pushes: () => readonly ReceivedPush[]
  /** How many valid pushes a token got, ever. */
  countOf: (token: string) => number
  /** How many connections were opened, ever. */
  connections: () => number
  /** Most pushes that ever waited for their answer at once, over all connections. */
  mostInFlight: () => number
  /** Tells of every accepted push. The result takes the listener away. */
  onPush: (listener: PushListener) => () => void
  /** What a token's pushes get from now on, and those that are still without answer get now. */
  answer: (token: string, answer: ApnsAnswer) => void
  stop: () => Promise<void>
}>

const maxRemembered = 10_000

/**
 * A push service that behaves as Apple's: HTTP/2 over TLS on 127.0.0.1, a client certificate from the given authority whose UID is the
 * topic, strict about headers and about the body, which must be exactly `{"mdm": magic}`.
 */
export const startApns = async (options: ApnsOptions): Promise<Apns> => {
  const received: ReceivedPush[] = []
  const counts = new Map<string, number>()
  const answers = new Map<string, ApnsAnswer>()
  const silent = new Map<ServerHttp2Stream, ReceivedPush>()
  const listeners = new Set<PushListener>()
  const sessions = new Set<ServerHttp2Session>()
  let connections = 0
  let inFlight = 0
  let mostInFlight = 0

  const remember = (push: ReceivedPush): void => {
    if (received.push(push) > 2 * maxRemembered) received.splice(0, maxRemembered)
    counts.set(push.token, (counts.get(push.token) ?? 0) + 1)
  }

  const answerTo = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer): void => {
    const push = readPush(stream, headers, body)
    if ('status' in push) {
      refuse(stream, push)
      return
    }
    remember(push)
    give(stream, push, answers.get(push.token) ?? 'accept')
  }

  const give = (stream: ServerHttp2Stream, push: ReceivedPush, answer: ApnsAnswer): void => {
    silent.delete(stream)
    if (stream.destroyed) return
    if (answer === 'silence') silent.set(stream, push)
    else if (answer === 'reset') stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    else if (answer === 'goaway') endConnection(stream)
    else if (answer === 'accept') accept(stream, push)
    else refuse(stream, answer)
  }

  const accept = (stream: ServerHttp2Stream, push: ReceivedPush): void => {
    const { 'apns-id': id = randomUUID().toUpperCase() } = push.headers
    stream.respond({ ':status': 200, 'apns-id': id }, { endStream: true })
    for (const listener of listeners) listener(push.token, push.body, push.headers)
  }

  // The handshake lets everyone in, as Apple does with certificates of a wrong kind: the answer then says why.
  const server = createSecureServer({
    cert: options.serverCertificatePem,
    key: options.serverKeyPem,
    ca: options.clientCaPem,
    requestCert: true,
    rejectUnauthorized: false,
    settings: { maxConcurrentStreams: 1_000 },
  })
  server.on('session', (session) => {
    connections += 1
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => {
      session.destroy()
    })
  })
  server.on('stream', (stream, headers) => {
    inFlight += 1
    mostInFlight = Math.max(mostInFlight, inFlight)
    stream.on('close', () => {
      inFlight -= 1
      silent.delete(stream)
    })
    stream.on('error', () => {
      stream.destroy()
    })
    collect(stream, (body) => {
      answerTo(stream, headers, body)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    pushes: () => received.slice(-maxRemembered),
    countOf: (token) => counts.get(token.toLowerCase()) ?? 0,
    connections: () => connections,
    mostInFlight: () => mostInFlight,
    onPush: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    answer: (token, answer) => {
      answers.set(token.toLowerCase(), answer)
      for (const [stream, push] of silent) if (push.token === token.toLowerCase()) give(stream, push, answer)
    },
    stop: async () => {
      for (const session of sessions) session.destroy()
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      )
    },
  }
}

/** Reads at most one byte more than a push may have. */
const collect = (stream: ServerHttp2Stream, done: (body: Buffer) => void): void => {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    if (size <= maxBodyBytes) chunks.push(chunk)
    size += chunk.length
  })
  stream.on('end', () => {
    done(Buffer.concat(chunks))
  })
}

/** The connection says good-bye, takes no new streams, and breaks: what was in flight has no answer. */
const endConnection = (stream: ServerHttp2Stream): void => {
  const { session } = stream
  session?.goaway(constants.NGHTTP2_NO_ERROR)
  setImmediate(() => session?.destroy())
}

const refuse = (stream: ServerHttp2Stream, { status, reason, timestamp }: ApnsRefusal): void => {
  stream.respond({ ':status': status, 'content-type': 'application/json' })
  stream.end(JSON.stringify(timestamp === undefined ? { reason } : { reason, timestamp }))
}
