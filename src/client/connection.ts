import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent, request as secureRequest } from 'node:https'
import type { FieldProblem } from './api-error.ts'
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
}>

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** Values that are undefined are left out. */
export type Parameters = Readonly<Record<string, string | number | undefined>>

export type Call = Readonly<{
  method: Method
  /** Below the API's prefix, such as `/hosts`; parts that come from people are encoded by `pathOf`. */
  path: string
  query?: Parameters
  json?: unknown
  form?: Readonly<{ fields: Readonly<Record<string, string>>; file: FormFile }>
}>

export type Connection = Readonly<{
  /** The answer's JSON. Throws `ApiError`. */
  json: <T>(call: Call) => Promise<T>
  /** The answer's bytes. Throws `ApiError`. */
  bytes: (call: Call) => Promise<Uint8Array>
  close: () => void
}>

const prefix = '/api/v1/fleet'
const maxAnswerBytes = 64 * 1024 * 1024

/** Connections to the admin API that are kept open between calls. Throws `ApiError` when the URL is none. */
export const openConnection = ({ url, token, ca, timeoutMs = 30_000 }: ConnectionOptions): Connection => {
  const base = baseOf(url)
  const secure = new Agent({ keepAlive: true, maxSockets: 32, ...(ca === undefined ? {} : { ca }) })
  const plain = new PlainAgent({ keepAlive: true, maxSockets: 32 })

  const open = ({ method, path, query = {} }: Call, headers: Readonly<Record<string, string>>): ClientRequest => {
    const target = new URL(`${base}${prefix}${path}`)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(name, String(value))
    const options: RequestOptions = { method, headers: { authorization: `Bearer ${token}`, ...headers } }
    return target.protocol === 'http:'
      ? plainRequest(target, { ...options, agent: plain })
      : secureRequest(target, { ...options, agent: secure })
  }

  const ask = async (call: Call): Promise<Buffer> => {
    const { headers, body } = bodyOf(call)
    const { status, content } = await exchange(open(call, headers), body, timeoutMs).catch((error: unknown) => {
      throw noAnswer(base, error)
    })
    if (status >= 200 && status < 300) return content
    throw refusal(status, content)
  }

  return {
    json: async <T>(call: Call) => jsonOf(await ask(call)) as T,
    bytes: ask,
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

const noAnswer = (base: string, cause: unknown): ApiError => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message || code : String(cause))
  return new ApiError(0, `${base} gave no answer: ${reason}.`, { cause })
}

const untrusted = 'its certificate is not trusted; name its authority with --ca or MUSTER_CA'

/** What people can make sense of; the rest says what Node says. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known',
  ECONNRESET: 'the connection broke',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
}

const jsonOf = (content: Buffer): unknown => {
  try {
    return JSON.parse(content.toString('utf8'))
  } catch (cause) {
    throw new ApiError(0, 'The answer is no JSON; is this the URL of a Muster server?', { cause })
  }
}

const refusal = (status: number, content: Buffer): ApiError => {
  const { message, errors } = problemIn(content)
  const reasons = errors.map(({ reason }) => reason).filter((reason) => reason !== '')
  const told = reasons.length > 0 ? reasons.join(' ') : (message ?? `The server answered with status ${String(status)}.`)
  return new ApiError(status, told, { errors })
}

/** What a refusal says, if it is of this API; a proxy in between may say anything. */
const problemIn = (content: Buffer): Readonly<{ message: string | null; errors: readonly FieldProblem[] }> => {
  const body = objectOf(content)
  const errors = Array.isArray(body['errors']) ? (body['errors'] as readonly unknown[]) : []
  return {
    message: typeof body['message'] === 'string' ? body['message'] : null,
    errors: errors.flatMap((error) => {
      if (typeof error !== 'object' || error === null || !('reason' in error) || typeof error.reason !== 'string') return []
      return [{ name: 'name' in error && typeof error.name === 'string' ? error.name : 'base', reason: error.reason }]
    }),
  }
}

const objectOf = (content: Buffer): Readonly<Record<string, unknown>> => {
  try {
    const body: unknown = JSON.parse(content.toString('utf8'))
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
