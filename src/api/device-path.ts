import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { ObserveRequest } from './metrics.ts'

/** A device's request, before its body is read. */
export type DeviceHead = Readonly<{
  path: string
  /** What follows the question mark. */
  query: string
  headers: IncomingHttpHeaders
  socket: Socket
}>

export type DeviceRequest = DeviceHead & Readonly<{ body: Buffer }>

export type DeviceAnswer = Readonly<{ status: number; type?: string; body?: string | Uint8Array }>

/** One place where devices call. `failed` answers for whatever `limitFor`, the reading of the body or `answer` threw. */
export type DeviceRoute = Readonly<{
  /** How many bytes the body may have, unpacked: as many as are taken of whom the request claims to come from. */
  limitFor: (head: DeviceHead) => number
  answer: (request: DeviceRequest) => DeviceAnswer | Promise<DeviceAnswer>
  failed: (error: unknown, head: DeviceHead) => DeviceAnswer
}>

/** A body that is not taken. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'
}

export type DevicePathDeps = Readonly<{
  /** By method and path, such as `PUT /mdm/apple/mdm`. */
  routes: Readonly<Record<string, DeviceRoute>>
  /** What is no device's, and all while `isOpen` says no. */
  otherwise: RequestListener
  isOpen: () => boolean
  observe: ObserveRequest
}>

/**
 * Serves what devices ask for all day, in front of the framework that serves people: one look-up of method and path, one bounded body, one answer.
 */
export const devicePath = ({ routes, otherwise, isOpen, observe }: DevicePathDeps): RequestListener => {
  const known = new Map(
    Object.entries(routes).map(([name, route]) => [name, { route, template: name.slice(name.indexOf(' ') + 1) }]),
  )

  const serve = async (route: DeviceRoute, head: DeviceHead, request: IncomingMessage): Promise<DeviceAnswer> => {
    try {
      const body = await bodyOf(request, route.limitFor(head))
      return await route.answer({ ...head, body })
    } catch (error) {
      // A sender hears the answer only when it is through.
      if (!request.complete) request.resume()
      return route.failed(error, head)
    }
  }

  return (request, response) => {
    const { method = '', url = '', headers, socket } = request
    const end = url.indexOf('?')
    const path = end === -1 ? url : url.slice(0, end)
    const found = known.get(`${method} ${path}`) ?? known.get(`${method} ${plain(path)}`)
    if (found === undefined || !isOpen()) return otherwise(request, response)
    const { route, template } = found
    const begun = performance.now()
    response.once('close', () => {
      const status = response.writableFinished ? String(response.statusCode) : 'aborted'
      observe({ method, route: template, status }, (performance.now() - begun) / 1000)
    })
    const head = { path, query: end === -1 ? '' : url.slice(end + 1), headers, socket }
    void serve(route, head, request).then((answer) => {
      send(response, answer)
    })
  }
}

/** As the framework behind takes them: in any case, and with a slash at the end. */
const plain = (path: string): string => path.toLowerCase().replace(/(?<=.)\/$/, '')

const send = (response: ServerResponse, { status, type, body }: DeviceAnswer): void => {
  if (response.destroyed) return
  if (body === undefined) return void response.writeHead(status, { 'content-length': 0 }).end()
  const headers = { 'content-type': type ?? 'application/octet-stream', 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, headers).end(body)
}

/** The whole body, unpacked. Throws `BodyRefused`: it is larger than `limit`, cut short, or not packed as its header says. */
const bodyOf = (request: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
    const stream = unpacked(request)
    const parts: Buffer[] = []
    let size = 0
    const refuse = (error: Error): void => {
      stream.removeAllListeners('data')
      if (stream !== request) stream.destroy()
      reject(error)
    }
    stream.on('data', (part: Buffer) => {
      size += part.length
      if (size > limit) refuse(tooLarge(limit))
      else parts.push(part)
    })
    stream.once('end', () => {
      const [first] = parts
      resolve(parts.length === 1 && first !== undefined ? first : Buffer.concat(parts))
    })
    stream.once('error', () => {
      refuse(new BodyRefused('The body is cut short, or not packed as its header says.'))
    })
    request.once('close', () => {
      if (!request.complete) refuse(new BodyRefused('The request ended before its body did.'))
    })
  })

const tooLarge = (limit: number): BodyRefused => new BodyRefused(`The body has more than ${String(limit)} bytes.`)

/** The bytes as they were before they were packed. */
const unpacked = (request: IncomingMessage): Readable => {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity') return request
  const make = unpackers.get(encoding)
  if (make === undefined) throw new BodyRefused('The body is encoded in a way that is not known.')
  const packed = make()
  request.once('error', (error) => packed.destroy(error))
  return request.pipe(packed)
}

const unpackers = new Map<string, () => ReturnType<typeof createGunzip | typeof createInflate | typeof createBrotliDecompress>>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])
