import type { IncomingHttpHeaders, Agent as HttpAgent } from 'node:http'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'

export type Exchange = Readonly<{ method: string; url: URL; headers: Readonly<Record<string, string>>; body: string | null }>

export type ExchangeLimits = Readonly<{ agent: HttpAgent; timeoutMs: number; mostBytes: number }>

export type Answered = Readonly<{ status: number; headers: IncomingHttpHeaders; body: string }>

/** There is no whole answer; the message says why, for people. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** One request and its whole answer, within the time and size that are allowed. Redirects are not followed. Throws `NoAnswer`. */
export const exchange = ({ method, url, headers, body }: Exchange, { agent, timeoutMs, mostBytes }: ExchangeLimits) =>
  new Promise<Answered>((resolve, reject) => {
    const fail = (reason: string): void => {
      reject(new NoAnswer(reason))
      asked.destroy()
    }
    const late = setTimeout(() => {
      fail(`there was no answer within ${String(timeoutMs / 1000)} s`)
    }, timeoutMs)
    const bytes = Buffer.from(body ?? '')
    const length = body === null ? {} : { 'content-length': String(bytes.length) }
    const ask = url.protocol === 'https:' ? requestSecure : requestPlain
    const asked = ask(url, { method, headers: { ...headers, ...length }, agent }, (answer) => {
      const chunks: Buffer[] = []
      let size = 0
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > mostBytes) fail(`the answer is larger than ${String(mostBytes)} bytes`)
        else chunks.push(chunk)
      })
      answer.on('error', () => {
        fail('the answer broke off')
      })
      answer.on('end', () => {
        if (!answer.complete) return
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString('utf8') })
      })
      answer.on('close', () => {
        clearTimeout(late)
        if (!answer.complete) fail('the answer broke off')
      })
    })
    asked.on('error', (error) => {
      clearTimeout(late)
      fail(error.message)
    })
    asked.end(body === null ? undefined : bytes)
  })
