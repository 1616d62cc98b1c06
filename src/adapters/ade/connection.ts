import { randomBytes } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { parseObject, text } from '../../protocols/ade/json-fields.ts'
import { writeOauth } from '../../protocols/ade/oauth.ts'
import type { AdeRefusal } from '../../protocols/ade/refusal.ts'
import { noAnswer, readRefusal, stillThrottled, unintelligible } from '../../protocols/ade/refusal.ts'
import type { Clock } from '../../app/ports.ts'
import type { ServerToken, Told } from '../../app/automated-enrollment-ports.ts'
import type { Answered, Exchange, ExchangeLimits } from './exchange.ts'
import { exchange, NoAnswer } from './exchange.ts'

export type Call<T> = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query, from the base url. */
  path: string
  body?: unknown
  /** 10, unless the call wants another. */
  version?: number
  read: (body: string) => T
}>

export type ConnectionOptions = Readonly<{ baseUrl: string; userAgent: string; limits: ExchangeLimits; clock: Clock }>

/** Asks on behalf of one token: with a session that is had once, and anew when it has ended. */
export type Connection = Readonly<{ ask: <T>(call: Call<T>) => Promise<Told<T>> }>

/** Of this protocol, the newest that is known. */
const protocolVersion = 10
/** When Apple says "later" without a time: from the first to the longest wait, ms. */
const firstWaitMs = 15_000
const longestWaitMs = 15 * 60_000

type Held = Readonly<{ session: string; isFresh: boolean }>

export const connect = (token: ServerToken, { baseUrl, userAgent, limits, clock }: ConnectionOptions): Connection => {
  let session: string | null = null
  let asking: Promise<Told<string>> | null = null
  let quietUntil = 0
  let throttledInARow = 0

  const send = async (wanted: Exchange): Promise<Answered | AdeRefusal> => {
    try {
      return await exchange(wanted, limits)
    } catch (error) {
      if (error instanceof NoAnswer) return noAnswer(wanted.url.pathname, error.message)
      throw error
    }
  }

  const refusalOf = (path: string, { status, headers, body }: Answered): AdeRefusal => {
    const refusal = readRefusal(path, { status, body, retryAfter: headers['retry-after'] ?? null, now: clock() })
    if (refusal.code !== 'throttled') return refusal
    throttledInARow += 1
    // Half of it is chance, so that many tokens do not come back in the same second.
    const usual = Math.min(firstWaitMs * 2 ** (throttledInARow - 1), longestWaitMs) * (0.5 + Math.random() / 2)
    const retryAfterMs = refusal.retryAfterMs ?? Math.round(usual)
    quietUntil = clock().getTime() + retryAfterMs
    return { ...refusal, retryAfterMs }
  }

  const askForSession = async (): Promise<Told<string>> => {
    const url = new URL(`${baseUrl}/session`)
    const timestamp = Math.floor(clock().getTime() / 1000)
    const signed = writeOauth(token, { method: 'GET', url: url.href, nonce: randomBytes(16).toString('hex'), timestamp })
    const answer = await send({
      ...{ method: 'GET', url, body: null },
      headers: { ...headersOf(userAgent, protocolVersion), authorization: signed },
    })
    if (!('body' in answer)) return { kind: 'refused', refusal: answer }
    if (answer.status !== 200) {
      const refusal = refusalOf('/session', answer)
      const isToken = refusal.code === 'session-ended' || (answer.status === 403 && refusal.code === 'access-denied')
      return { kind: 'refused', refusal: isToken ? { ...refusal, code: 'token-refused' } : refusal }
    }
    return told('/session', answer, (body) => {
      session = text(parseObject(body), 'auth_session_token')
      return session
    })
  }

  /** A session other than the one that is known to have ended. Who asks meanwhile waits for the same one. */
  const sessionBut = async (ended: string | null): Promise<Told<Held>> => {
    if (session !== null && session !== ended) return { kind: 'told', value: { session, isFresh: false } }
    asking ??= askForSession().finally(() => {
      asking = null
    })
    const answer = await asking
    return answer.kind === 'told' ? { kind: 'told', value: { session: answer.value, isFresh: true } } : answer
  }

  const askWith = async <T>(call: Call<T>, held: string): Promise<Told<T>> => {
    const answer = await send({
      method: call.method,
      url: new URL(`${baseUrl}${call.path}`),
      headers: { ...headersOf(userAgent, call.version ?? protocolVersion), 'x-adm-auth-session': held },
      body: call.body === undefined ? null : JSON.stringify(call.body),
    })
    if (!('body' in answer)) return { kind: 'refused', refusal: answer }
    const renewed = answer.headers['x-adm-auth-session']
    if (typeof renewed === 'string' && renewed !== '' && (session === held || session === null)) session = renewed
    const path = call.path.replace(/\?.*$/s, '')
    if (answer.status !== 200) return { kind: 'refused', refusal: refusalOf(path, answer) }
    throttledInARow = 0
    return told(path, answer, call.read)
  }

  const ask = async <T>(call: Call<T>): Promise<Told<T>> => {
    const waitMs = quietUntil - clock().getTime()
    if (waitMs > 0) return { kind: 'refused', refusal: stillThrottled(waitMs) }
    const held = await sessionBut(null)
    if (held.kind === 'refused') return held
    const first = await askWith(call, held.value.session)
    if (!hasEnded(first)) return first
    const next = held.value.isFresh ? null : await sessionBut(held.value.session)
    if (next?.kind === 'refused') return next
    const second = next === null ? first : await askWith(call, next.value.session)
    if (!hasEnded(second)) return second
    // With a session that was just made, it is no matter of sessions.
    session = null
    const code = second.refusal.status === 401 ? 'token-refused' : 'access-denied'
    return { kind: 'refused', refusal: { ...second.refusal, code } }
  }

  return { ask }
}

const hasEnded = <T>(answer: Told<T>): answer is Extract<Told<T>, { kind: 'refused' }> =>
  answer.kind === 'refused' && answer.refusal.code === 'session-ended'

const told = <T>(path: string, { status, body }: Answered, read: (body: string) => T): Told<T> => {
  try {
    return { kind: 'told', value: read(body) }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return { kind: 'refused', refusal: unintelligible(path, status, error.message) }
  }
}

const headersOf = (userAgent: string, version: number): Readonly<Record<string, string>> => ({
  'user-agent': userAgent,
  'x-server-protocol-version': String(version),
  'content-type': 'application/json;charset=UTF8',
  accept: 'application/json',
})
