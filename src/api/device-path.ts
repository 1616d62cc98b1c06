import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { bodyOf } from './bodies.ts'
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

export type DeviceAnswer = Readonly<{
  status: number
  type?: string
  body?: string | Uint8Array
  headers?: Readonly<Record<string, string>>
}>

/** One place where devices call. `failed` answers for whatever `limitFor`, the reading of the body or `answer` threw. */
export type DeviceRoute = Readonly<{
  /** How many bytes the body may have, unpacked: as many as are taken of whom the request claims to come from. */
  limitFor: (head: DeviceHead) => number
  answer: (request: DeviceRequest) => DeviceAnswer | Promise<DeviceAnswer>
  failed: (error: unknown, head: DeviceHead) => DeviceAnswer
}>

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

const send = (response: ServerResponse, { status, type, body, headers }: DeviceAnswer): void => {
  if (response.destroyed) return
  if (body === undefined) return void response.writeHead(status, { ...headers, 'content-length': 0 }).end()
  const told = { 'content-type': type ?? 'application/octet-stream', 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, headers === undefined ? told : { ...headers, ...told }).end(body)
}
