import type { Clock, Log, Push, PushCredentials, PushOutcome, PushTarget } from '../../app/ports.ts'
import type { Session } from './session.ts'
import { fingerprintOf, openSession } from './session.ts'

export type ApnsOptions = Readonly<{
  /** The certificate and key of a topic, null when none was uploaded. Asked once per topic and call: keep it cheap. */
  credentials: (topic: string) => Promise<PushCredentials | null>
  /** Another host than Apple's, with its port and the PEM of the authority that it is trusted by. */
  address?: string | undefined
  port?: number | undefined
  ca?: string | undefined
  log: Log
  /** HTTP/2 connections per topic, each with at most 500 pushes in flight; 1 unless told. */
  clientCount?: number
  /** How long a push may stay without reply; 5,000 unless told. */
  requestTimeoutMs?: number
  /** How long a topic rests whose certificate was refused, ms; another certificate ends that at once. Ten minutes unless told. */
  restMs?: number
  clock?: Clock
}>

/**
 * Apple's push service. One set of connections per topic, opened by the first push and replaced when the topic's certificate changes,
 * after what is in flight on the old one has ended. `wake` sends each push once and never throws: backing off is the caller's business.
 */
export const apnsPush = (options: ApnsOptions): Push => {
  const { credentials, log, clientCount = 1, requestTimeoutMs = 5_000, restMs = 10 * 60_000, clock = () => new Date() } = options
  const sessions = new Map<string, Session>()
  const refusedFingerprints = new Map<string, string>()
  const stopped = new Map<string, Readonly<{ fingerprint: string; until: number; reason: string }>>()
  const retiring = new Set<Promise<void>>()
  let closed = false

  const retire = (topic: string, session: Session): void => {
    sessions.delete(topic)
    const retired = session.retire().finally(() => retiring.delete(retired))
    retiring.add(retired)
  }

  const sessionOf = async (topic: string): Promise<Session | PushOutcome> => {
    const found = await credentials(topic)
    const stop = stopped.get(topic)
    if (stop !== undefined && found !== null && stop.fingerprint === fingerprintOf(found) && clock().getTime() < stop.until)
      return { kind: 'certificate-refused', reason: stop.reason }
    const current = sessions.get(topic)
    if (found !== null && current?.fingerprint === fingerprintOf(found)) return current
    if (current !== undefined) retire(topic, current)
    if (closed) return { kind: 'try-later', reason: 'push is closed' }
    return found === null ? { kind: 'certificate-refused', reason: 'no push certificate' } : open(topic, found)
  }

  const open = (topic: string, found: PushCredentials): Session | PushOutcome => {
    try {
      const session = openSession(found, { ...options, clientCount, requestTimeoutMs, clock })
      sessions.set(topic, session)
      refusedFingerprints.delete(topic)
      log.info({ topic }, 'Push connections use a new certificate.')
      return session
    } catch (error) {
      const fingerprint = fingerprintOf(found)
      const reason = error instanceof Error ? error.message : 'unusable push certificate'
      if (refusedFingerprints.get(topic) !== fingerprint) log.error({ topic, reason }, 'The push certificate cannot be used.')
      refusedFingerprints.set(topic, fingerprint)
      return { kind: 'certificate-refused', reason }
    }
  }

  /** The service refuses the certificate, whatever the token: nothing more is sent with it for a while. */
  const stopTopic = (topic: string, fingerprint: string, reason: string): void => {
    const until = clock().getTime() + restMs
    const before = stopped.get(topic)
    stopped.set(topic, { fingerprint, until, reason })
    if (before?.fingerprint !== fingerprint || before.until < clock().getTime())
      log.error({ topic, reason }, 'The push service refuses the push certificate: nothing is pushed with it for a while.')
  }

  const sessionOrOutcome = async (topic: string): Promise<Session | PushOutcome> => {
    try {
      return await sessionOf(topic)
    } catch (error) {
      log.error({ topic, err: error }, 'The push certificate could not be read.')
      return { kind: 'try-later', reason: 'the push certificate could not be read' }
    }
  }

  return {
    wake: async (targets) => {
      const topics = [...new Set(targets.map(({ topic }) => topic))]
      const byTopic = new Map(await Promise.all(topics.map(async (topic) => [topic, await sessionOrOutcome(topic)] as const)))
      return Promise.all(targets.map((target) => wakeOne(byTopic.get(target.topic), target, stopTopic)))
    },
    close: async () => {
      closed = true
      for (const [topic, session] of sessions) retire(topic, session)
      await Promise.all(retiring)
    },
  }
}

const wakeOne = async (
  session: Session | PushOutcome | undefined,
  target: PushTarget,
  stopTopic: (topic: string, fingerprint: string, reason: string) => void,
): Promise<PushOutcome> => {
  if (session === undefined) return { kind: 'try-later', reason: 'no session' }
  if ('kind' in session) return session
  const outcome = await session.send(target)
  if (outcome.kind === 'certificate-refused') stopTopic(target.topic, session.fingerprint, outcome.reason)
  return outcome
}
