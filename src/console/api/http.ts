import { ApiError, refusalOf } from './api-error.ts'
import { credentials } from './credentials.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Values that are undefined or null are left out. */
export type Parameters = Readonly<Record<string, string | number | boolean | null | undefined>>

export type Call = Readonly<{ query?: Parameters; json?: unknown; form?: FormData; signal?: AbortSignal }>

const prefix = '/api/v1/fleet'

/** Calls the admin API and answers its JSON; an empty answer is `{}`. Throws `ApiError`. */
export const call = async <T>(method: Method, path: string, more: Call = {}): Promise<T> => {
  const response = await send(method, path, more)
  const body = await bodyOf(response)
  if (!response.ok) throw refusalOf(response.status, body)
  return body as T
}

/** The same for a file. */
export const download = async (path: string, query: Parameters = {}): Promise<Readonly<{ name: string | null; blob: Blob }>> => {
  const response = await send('GET', path, { query })
  if (!response.ok) throw refusalOf(response.status, await bodyOf(response))
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? null
  return { name, blob: await response.blob() }
}

/** The raw answer. Throws `ApiError` only when there is none. */
export const send = async (method: Method, path: string, { query = {}, json, form, signal }: Call = {}): Promise<Response> => {
  const parameters = Object.entries(query).flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]]))
  const search = parameters.length === 0 ? '' : `?${new URLSearchParams(parameters).toString()}`
  try {
    return await fetch(`${prefix}${path}${search}`, {
      method,
      headers: headersOf(method, json !== undefined),
      body: json === undefined ? (form ?? null) : JSON.stringify(json),
      credentials: 'same-origin',
      signal: signal ?? null,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'The server cannot be reached. What is shown may be old; it is tried again by itself.')
  }
}

const headersOf = (method: Method, isJson: boolean): Readonly<Record<string, string>> => {
  const { token, csrf } = credentials()
  return {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(token === null && csrf !== null && method !== 'GET' && { 'x-muster-csrf': csrf }),
    ...(isJson && { 'content-type': 'application/json' }),
  }
}

const bodyOf = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
