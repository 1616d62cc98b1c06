import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'

/** One push as it came: the token in hex, the body as text. */
export type ReceivedPush = Readonly<{ token: string; topic: string; magic: string; body: string; headers: IncomingHttpHeaders }>

/** Apple's error reply; `timestamp` (ms since 1970) goes with 410. */
export type ApnsRefusal = Readonly<{ status: number; reason: string; timestamp?: number }>

export const maxBodyBytes = 4096

/** Reads one request as strictly as Apple does, and says in Apple's words what is wrong with it. */
export const readPush = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer): ReceivedPush | ApnsRefusal => {
  const topic = headerOf(headers, 'apns-topic')
  const path = /^\/3\/device\/(.*)$/.exec(headerOf(headers, ':path'))
  const token = (path?.[1] ?? '').toLowerCase()
  const magic = magicOf(body)
  const certificate = clientCertificateOf(stream)

  if (headers[':method'] !== 'POST') return { status: 405, reason: 'MethodNotAllowed' }
  if (path === null) return { status: 404, reason: 'BadPath' }
  if (!certificate.trusted) return { status: 403, reason: 'BadCertificate' }
  if (token === '') return { status: 400, reason: 'MissingDeviceToken' }
  if (!/^(?:[0-9a-f]{2}){1,100}$/.test(token)) return { status: 400, reason: 'BadDeviceToken' }
  if (topic === '') return { status: 400, reason: 'MissingTopic' }
  if (topic !== certificate.topic) return { status: 400, reason: 'TopicDisallowed' }
  if (headers['apns-push-type'] !== 'mdm') return { status: 400, reason: 'InvalidPushType' }
  if (headers['apns-priority'] !== '10') return { status: 400, reason: 'BadPriority' }
  if (!/^[1-9]\d{9}$/.test(String(headers['apns-expiration'] ?? ''))) return { status: 400, reason: 'BadExpirationDate' }
  if (
    headers['apns-id'] !== undefined &&
    !/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(headerOf(headers, 'apns-id'))
  )
    return { status: 400, reason: 'BadMessageId' }
  if (!/^application\/json\b/.test(headers['content-type'] ?? 'application/json'))
    return { status: 400, reason: 'BadContentType' }
  if (body.length === 0) return { status: 400, reason: 'PayloadEmpty' }
  if (body.length > maxBodyBytes) return { status: 413, reason: 'PayloadTooLarge' }
  if (magic === undefined) return { status: 400, reason: 'BadPayload' }
  return { token, topic, magic, body: body.toString('utf8'), headers }
}

/** The certificate's topic is its subject's UID. */
const clientCertificateOf = (stream: ServerHttp2Stream): Readonly<{ trusted: boolean; topic: string }> => {
  const socket = stream.session?.socket as TLSSocket | undefined
  const subject = socket?.getPeerCertificate().subject as Readonly<Record<string, string | undefined>> | undefined
  return { trusted: socket?.authorized === true, topic: subject?.['UID'] ?? '' }
}

/** The body must be exactly `{"mdm": magic}`; one key more, and a device does not connect. */
const magicOf = (body: Buffer): string | undefined => {
  try {
    const content: unknown = JSON.parse(body.toString('utf8'))
    if (typeof content !== 'object' || content === null || Object.keys(content).join() !== 'mdm') return undefined
    return 'mdm' in content && typeof content.mdm === 'string' && content.mdm !== '' ? content.mdm : undefined
  } catch {
    return undefined
  }
}

const headerOf = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}
