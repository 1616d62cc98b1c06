import { createHmac } from 'node:crypto'

/** `key` signs each body (HMAC-SHA-256, base64) in the header `X-Hmac-Signature`; null: not signed. */
export type Receiver = Readonly<{ url: string; key: string | null }>

/**
 * What a receiver made of a delivery. `refused`: it does not want this one, and will not later. `failed`: it answered, but did not take it; `by` a
 * gateway, what is behind it may be away. `busy`: it asks to come again in `waitMs`. `away`: nobody answered.
 */
export type Answer =
  | Readonly<{ kind: 'taken' }>
  | Readonly<{ kind: 'refused' | 'away'; problem: string }>
  | Readonly<{ kind: 'failed'; problem: string; by: 'receiver' | 'gateway' }>
  | Readonly<{ kind: 'busy'; problem: string; waitMs: number }>

const answerWithinMs = 10_000
/** A receiver that asks for patience without a time is asked again after the first, and after the second at the latest; ms. */
const usualWaitMs = 15_000
const longestWaitMs = 60 * 60_000

/** Posts JSON to a receiver. Never throws. Redirects are not followed: the body is signed for this receiver alone. */
export const postSigned = async ({ url, key }: Receiver, body: Uint8Array<ArrayBuffer>): Promise<Answer> => {
  const signature = key === null ? {} : { 'x-hmac-signature': createHmac('sha256', key).update(body).digest('base64') }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...signature },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithinMs),
    })
    // What it says beside the status is nothing to us, and an answer that breaks off is one all the same.
    await response.body?.cancel().catch(() => undefined)
    return answerOf(response.status, response.headers.get('retry-after'), Date.now())
  } catch (error) {
    return { kind: 'away', problem: reasonOf(error) }
  }
}

/** Statuses of 4xx by which a receiver asks for patience: the delivery itself is not at fault. */
const patient: ReadonlySet<number> = new Set([408, 425, 429])

/** What a status means. `retryAfter` is the header's text, in seconds or as an HTTP date; `now` is in ms since 1970. */
export const answerOf = (status: number, retryAfter: string | null, now: number): Answer => {
  const problem = `The receiver answered ${String(status)}.`
  if (status >= 200 && status <= 299) return { kind: 'taken' }
  const asked = retryAfter === null ? null : waitOf(retryAfter, now)
  if (patient.has(status) || (status === 503 && asked !== null)) return { kind: 'busy', problem, waitMs: asked ?? usualWaitMs }
  if (status >= 400 && status <= 499) return { kind: 'refused', problem }
  return { kind: 'failed', problem, by: status < 500 || (status >= 502 && status <= 504) ? 'gateway' : 'receiver' }
}

/** https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
const waitOf = (retryAfter: string, now: number): number | null => {
  const ms = /^\s*\d{1,9}\s*$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1_000), longestWaitMs) : null
}

/** What `fetch` itself says is always the same; why is told by what caused it. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'The receiver cannot be reached.'
  if (error.name === 'TimeoutError') return `The receiver did not answer within ${String(answerWithinMs / 1000)} s.`
  const { cause } = error
  return cause instanceof Error && cause.message !== ''
    ? `The receiver cannot be reached: ${cause.message}`
    : 'The receiver cannot be reached.'
}
