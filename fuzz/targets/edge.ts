import { signAttached, signDetached } from '../../src/protocols/cms/sign.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import type { LiveTarget } from '../support/case.ts'
import { encoded } from '../support/encoded.ts'
import { goldenCheckIns, goldenMachineInfo, goldenReports, idleReport } from '../support/goldens.ts'
import { liveServer } from '../support/live-server.ts'
import { readCast } from '../support/cast.ts'
import { mutatedDer } from '../support/mutate-der.ts'
import { mutated } from '../support/mutate.ts'
import { nonEmpty } from '../support/non-empty.ts'
import { oddGetMessage, oddInside, oddMessage } from '../support/pki-messages.ts'
import { disturbed } from '../support/plists.ts'

const { messages, rsa } = readCast()

/**
 * The edges that devices reach, over real sockets, told only what nobody ought to believe: unsigned or wrongly signed messages, certificate
 * requests with challenges of nobody. No event may come of it but records of the refusals themselves, which are bounded.
 */
export const edge = async (): Promise<LiveTarget> => {
  const server = await liveServer()
  const { mac, authorityDer } = server
  const begun = Date.now()
  const elsewhere = Buffer.from(signDetached(Buffer.from('another message'), mac.identity)).toString('base64')
  const ownSignature = signDetached(idleReport, mac.identity)
  const put = (contentType: string, body: Uint8Array, signature: string) =>
    server.send({
      method: 'PUT',
      path: '/mdm/apple/mdm',
      headers: { 'content-type': contentType, 'mdm-signature': signature },
      body,
    })

  return {
    about: 'check-in, command channel, SCEP and enrollment over sockets, told only what nobody ought to believe',
    make: (luck) => {
      const door = luck.pick(doors)
      if (door === 'check-in') return { door, bytes: encoded(disturbed(luck.pick(nonEmpty(goldenCheckIns)), luck), luck) }
      if (door === 'report') return { door, bytes: encoded(disturbed(luck.pick(nonEmpty(goldenReports)), luck), luck) }
      if (door === 'signature')
        return { door, bytes: luck.chance(0.5) ? mutated(ownSignature, luck) : mutatedDer(ownSignature, luck) }
      if (door === 'scep-post') return { door, bytes: luck.chance(0.5) ? oddInside(authorityDer, luck) : oddMessage(luck) }
      if (door === 'scep-get') return { door, bytes: oddGetMessage(luck) }
      if (door === 'raw') return { door, bytes: mutated(luck.pick(rawRequests), luck, rawRequests) }
      return { door, bytes: mutatedDer(signAttached(encoded(goldenMachineInfo, luck), rsa), luck) }
    },
    doors: {
      'check-in': (bytes) => put('application/x-apple-aspen-mdm-checkin', bytes, elsewhere),
      report: (bytes) => put('application/x-apple-aspen-mdm; charset=UTF-8', bytes, elsewhere),
      signature: (bytes) => put('application/x-apple-aspen-mdm', idleReport, headerOf(bytes)),
      'scep-post': (bytes) => server.send({ method: 'POST', path: '/mdm/apple/scep?operation=PKIOperation', body: bytes }),
      'scep-get': (bytes) =>
        server.send({ method: 'GET', path: `/mdm/apple/scep?operation=PKIOperation&message=${queryOf(bytes)}` }),
      raw: server.sendRaw,
      enroll: (bytes) => server.send({ method: 'POST', path: '/mdm/apple/enroll', body: bytes, mayChallenge: true }),
      'enroll-by-account': (bytes) =>
        server.send({ method: 'POST', path: '/mdm/apple/account/byod', body: bytes, mayChallenge: true }),
    },
    finish: async () => {
      const events = await server.appended()
      const refusals = events.filter(({ type }) => type === 'DeviceRefused').length
      const others = events.filter(({ type }) => type !== 'DeviceRefused')
      const most = 60 * (Math.ceil((Date.now() - begun) / 60_000) + 1)
      return {
        problems: [
          ...(others.length > 0 ? [`Events were appended: ${[...new Set(others.map(({ type }) => type))].join(', ')}.`] : []),
          ...(refusals > most ? [`${String(refusals)} refusals were recorded; at most ${String(most)} ought to be.`] : []),
          ...(await server.stuck()),
        ],
        notes: { eventsAppended: others.length, refusalsRecorded: refusals },
      }
    },
    stop: server.stop,
  }
}

const doors = [
  ...(['check-in', 'check-in', 'report', 'report', 'signature', 'signature', 'scep-post', 'scep-post', 'scep-get'] as const),
  ...(['raw', 'enroll', 'enroll-by-account'] as const),
] as const

/** Headers of Node's client are checked; what it would not send is sent by the door `raw`. */
const headerOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').slice(0, 24_000)

/** What Node's client takes as a path. */
const queryOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[^\x21-\x7e]|#/g, '%')
    .slice(0, 24_000)

const rawRequest = (head: string, body: Uint8Array): Uint8Array =>
  Buffer.concat([
    Buffer.from(`${head}\r\nHost: localhost\r\nContent-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n`),
    body,
  ])

const rawRequests: readonly [Uint8Array, ...Uint8Array[]] = [
  rawRequest('PUT /mdm/apple/mdm HTTP/1.1\r\nContent-Type: application/x-apple-aspen-mdm\r\nMdm-Signature: AAAA', idleReport),
  rawRequest('PUT /mdm/apple/mdm HTTP/1.1\r\nContent-Encoding: gzip', Buffer.from(writePlist({ Status: 'Idle' }))),
  rawRequest('PUT /mdm/apple/mdm HTTP/1.1\r\nTransfer-Encoding: chunked', Buffer.from('5\r\n<plis\r\n0\r\n\r\n')),
  rawRequest('POST /mdm/apple/scep?operation=PKIOperation HTTP/1.1', messages.pkcsReq),
  rawRequest('GET /mdm/apple/scep?operation=GetCACert&message=x HTTP/1.1', new Uint8Array()),
  rawRequest('GET /mdm/apple/scep?operation=GetCACaps HTTP/1.1', new Uint8Array()),
]
