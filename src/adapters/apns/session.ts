import apn from 'apn'
import { createHash } from 'node:crypto'
import type { Clock, PushCredentials, PushOutcome, PushTarget } from '../../app/ports.ts'
import { inFlight } from './in-flight.ts'
import { outcomeOf } from './outcome.ts'

export type SessionOptions = Readonly<{
  /** Another host than Apple's, for tests and simulations. */
  address?: string | undefined
  port?: number | undefined
  ca?: string | undefined
  /** HTTP/2 connections per topic. */
  clientCount: number
  requestTimeoutMs: number
  clock: Clock
}>

/** The connections of one topic, made with one certificate. */
export type Session = Readonly<{
  /** Tells one certificate and key from another. */
  fingerprint: string
  /** Never throws. */
  send: (target: PushTarget) => Promise<PushOutcome>
  /** Lets what is in flight end, then closes the connections. */
  retire: () => Promise<void>
}>

/** More than this on one connection, and APNs answers ENHANCE_YOUR_CALM to all of them. */
const maxInFlight = 500

/** A week: the time after which a sleeping device is left to the next sweep. */
const expirySeconds = 7 * 24 * 60 * 60

export const fingerprintOf = ({ certificatePem, keyPem }: PushCredentials): string =>
  createHash('sha256').update(certificatePem).update('\0').update(keyPem).digest('hex')

/** Opens the connections lazily: the first push does. Throws when the key does not match the certificate, or it has expired. */
export const openSession = (credentials: PushCredentials, options: SessionOptions): Session => {
  const provider = providerOf(credentials, options)
  const gate = inFlight(maxInFlight * options.clientCount)
  return {
    fingerprint: fingerprintOf(credentials),
    send: (target) => gate.run(() => sendOne(provider, target, options.clock)),
    retire: async () => {
      await gate.drained()
      await shutdown(provider)
    },
  }
}

/** Retries stay off: the library repeats at once, and backing off is the caller's business. */
const providerOf = (
  { certificatePem, keyPem }: PushCredentials,
  { address, port, ca, clientCount, requestTimeoutMs }: SessionOptions,
): apn.MultiProvider =>
  new apn.MultiProvider({
    cert: Buffer.from(certificatePem),
    key: Buffer.from(keyPem),
    production: true,
    connectionRetryLimit: 0,
    requestTimeout: requestTimeoutMs,
    clientCount,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(ca === undefined ? {} : { ca: [Buffer.from(ca)] }),
  })

const sendOne = async (provider: apn.MultiProvider, target: PushTarget, clock: Clock): Promise<PushOutcome> => {
  const now = clock().getTime()
  try {
    const { sent, failed } = await provider.send(notificationFor(target, now), Buffer.from(target.token).toString('hex'))
    if (sent.length !== 1) return outcomeOf(failed[0] ?? {}, now)
    return target.id === undefined ? { kind: 'sent' } : { kind: 'sent', id: idOf(sent[0]) ?? target.id }
  } catch (error) {
    return outcomeOf({ error }, now)
  }
}

/** The service says the id that it was given, or one of its own. The library's types do not know of it. */
const idOf = (sent: object | undefined): string | undefined => {
  const id: unknown = sent !== undefined && 'apns-id' in sent ? sent['apns-id'] : undefined
  return typeof id === 'string' && /^[0-9a-fA-F-]{36}$/.test(id) ? id : undefined
}

/** The body is `{"mdm": magic}` and nothing else: with an `aps` key, devices do not connect. */
const notificationFor = ({ topic, magic, id }: PushTarget, now: number): apn.Notification => {
  const notification = new apn.Notification()
  if (id !== undefined) notification.id = id
  notification.mdm = magic
  notification.topic = topic
  notification.pushType = 'mdm'
  notification.priority = 10
  notification.expiry = Math.floor(now / 1000) + expirySeconds
  return notification
}

/** The library never calls back for a session that the other side has destroyed, hence the limit. */
const shutdown = async (provider: apn.MultiProvider): Promise<void> => {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 2_000)
    void provider.shutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
