import { createHmac } from 'node:crypto'

/** `key` signs each body (HMAC-SHA-256, base64) in the header `X-Hmac-Signature`; null: not signed. */
export type Receiver = Readonly<{ url: string; key: string | null }>

const answerWithinMs = 10_000

/** Posts JSON to a receiver. Answers null when it was taken, else why not. */
export const postSigned = async ({ url, key }: Receiver, body: Uint8Array<ArrayBuffer>): Promise<string | null> => {
  const signature = key === null ? {} : { 'x-hmac-signature': createHmac('sha256', key).update(body).digest('base64') }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...signature },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(answerWithinMs),
    })
    await response.body?.cancel()
    return response.ok ? null : `The receiver answered ${String(response.status)}.`
  } catch (error) {
    return error instanceof Error ? error.message : 'The receiver cannot be reached.'
  }
}
