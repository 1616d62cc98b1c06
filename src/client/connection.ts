import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent, request as secureRequest } from 'node:https'
import { jsonOf, noAnswer, refusal } from './answers.ts'
import { ApiError } from './api-error.ts'
import type { FormFile } from './multipart.ts'
import { multipart } from './multipart.ts'

export type ConnectionOptions = Readonly<{
  /** Where the server is, such as `https://localhost:8443`. */
  url: string
  token: string
  /** PEM of the authority that the server's certificate comes from; the system's authorities when absent. */
  ca?: string
  /** How long one call may take, ms; 30,000 unless told. */
  timeoutMs?: number
  /** A UUID: what is changed is told as part of this one change. */
  changeSet?: string
}>

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Values that are undefined are left out. */
export type Parameters = Readonly<Record<string, string | number | undefined>>

export type Call = Readonly<{
  method: Method
  /** Below the API's prefix, such as `/hosts`; parts that come from people are encoded by `pathOf`. */
  path: string
  /** The path stands beside the API, at the root of the server, such as `/readyz`. */
  atRoot?: boolean
  /** A status beyond 2xx that is an answer as well. */
  alsoTakes?: number
  query?: Parameters
  json?: unknown
  form?: Readonly<{ fields: Readonly<Record<string, string | readonly string[]>>; file: FormFile }>
}>

export type Connection = Readonly<{
  /** The answer's JSON. Throws `ApiError`. */
  json: <T>(call: Call) => Promise<T>
  /** The answer's bytes. Throws `ApiError`. */
  bytes: (call: Call) => Promise<Uint8Array>
  /** The answer's bytes as they come, however many; for answers that end in no particular time. Throws `ApiError`. */
  stream: (call: Call) => Promise<AsyncIterable<Uint8Array>>
  close: () => void
}>

const prefix = '/api/v1/fleet'
const maxAnswerBytes = 64 * 1024 * 1024

/** Connections to the admin API that are kept open between calls. Throws `ApiError` when the URL is none. */
export const openConnection = ({ url, token, ca, timeoutMs = 30_000, changeSet }: ConnectionOptions): Connection => {
  const base = baseOf(url)
  const secure = new Agent({ keepAlive: true, maxSockets: 32, ...(ca === undefined ? {} : { ca }) })
  const plain = new PlainAgent({ keepAlive: true, maxSockets: 32 })

  const open = ({ method, path, atRoot = false, query = {} }: Call, headers: Readonly<Record<string, string>>): ClientRequest => {
    const target = new URL(`${base}${atRoot ? '' : prefix}${path}`)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(name, String(value))
    const intent = changeSet === undefined ? {} : { 'x-change-set': changeSet }
    const options: RequestOptions = { method, headers: { authorization: `Bearer ${token}`, ...intent, ...headers } }
    return target.protocol === 'http:'
      ? plainRequest(target, { ...options, agent: plain })
      : secureRequest(target, { ...options, agent: secure })
  }

  const ask = async (call: Call): Promise<Buffer> => {
    const { headers, body } = bodyOf(call)
    const { status, content } = await exchange(open(call, headers), body, timeoutMs).catch((error: unknown) => {
      throw noAnswer(base, error)
    })
    if ((status >= 200 && status < 300) || status === call.alsoTakes) return content
    throw refusal(status, content)
  }

  return {
    json: async <T>(call: Call) => {
      const content = await ask(call)
      return (content.length === 0 ? {} : jsonOf(content)) as T
    },
    bytes: ask,
    stream: async (call) => {
      const { headers, body } = bodyOf(call)
      const response = await answerTo(open(call, headers), body, timeoutMs).catch((error: unknown) => {
        throw noAnswer(base, error)
      })
      const status = response.statusCode ?? 0
      if (status >= 200 && status < 300) return response
      throw refusal(status, await contentOf(response))
    },
    close: () => {
      secure.destroy()
      plain.destroy()
    },
  }
}

/** A path whose parts are encoded: `` pathOf`/hosts/${id}` ``. */
export const pathOf = (strings: TemplateStringsArray, ...parts: readonly (string | number)[]): string =>
  strings.reduce((path, text, index) => `${path}${encodeURIComponent(String(parts[index - 1] ?? ''))}${text}`)

const baseOf = (url: string): string => {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new ApiError(0, `${url} is no URL of a server.`)
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname.replace(/\/+$/, '')}`
}

const bodyOf = ({ json, form }: Call): Readonly<{ headers: Readonly<Record<string, string>>; body: Uint8Array | null }> => {
  if (form !== undefined) {
    const { contentType, body } = multipart(form.fields, form.file)
    return { headers: { 'content-type': contentType, 'content-length': String(body.length) }, body }
  }
  if (json === undefined) return { headers: {}, body: null }
  const body = Buffer.from(JSON.stringify(json))
  return { headers: { 'content-type': 'application/json', 'content-length': String(body.length) }, body }
}

type Answer = Readonly<{ status: number; content: Buffer }>

const exchange = (request: ClientRequest, body: Uint8Array | null, timeoutMs: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error(`it took longer than ${String(timeoutMs)} ms`)), timeoutMs)
    request.once('close', () => {
      clearTimeout(timer)
    })
    request.on('error', reject)
    request.once('response', (response) => {
      contentOf(response).then((content) => {
        resolve({ status: response.statusCode ?? 0, content })
      }, reject)
    })
    request.end(body)
  })

/** An answer's beginning; the time it may take is over then. */
const answerTo = (request: ClientRequest, body: Uint8Array | null, timeoutMs: number): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error(`it took longer than ${String(timeoutMs)} ms`)), timeoutMs)
    request.on('error', reject)
    request.once('close', () => {
      clearTimeout(timer)
    })
    request.once('response', (response) => {
      clearTimeout(timer)
      resolve(response)
    })
    request.end(body)
  })

const contentOf = async (response: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxAnswerBytes) throw new Error(`the answer has more than ${String(maxAnswerBytes)} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
