import { randomUUID } from 'node:crypto'
import type { Actor, Cause } from '../../kernel/event.ts'
import { readCheckIn } from '../../protocols/apple/check-in.ts'
import { writePlist } from '../../protocols/plist/write.ts'
import { readReport } from '../../protocols/apple/command-report.ts'
import { associations } from './association.ts'
import type { CheckInReply, CheckInServices } from './check-in.ts'
import { checkIns } from './check-in.ts'
import { commandChannel, unrecognized } from './command-channel.ts'
import type { DeviceAnswer, DeviceHead, DeviceRequest, DeviceRoute } from '../device-path.ts'
import type { Proxies } from '../proxies.ts'
import type { DeviceCertificate } from './device-certificate.ts'
import { CertificateRefused, deviceCertificate, mustClaimCertificate } from './device-certificate.ts'
import type { EnrollmentProfiles } from './enrollment-profile.ts'
import type { Told } from './refusals.ts'
import { deviceStatusOf, refusalRecorder } from './refusals.ts'
import { appleRequests, revealed } from './requests.ts'
import type { AppleEdge } from './settings.ts'
import type { TellWebhook } from './webhook.ts'
import { identityEnds } from './identity-ends.ts'

/** A full inventory of a Mac takes several MB; nothing that a device sends is larger than this. */
const bodyLimit = 16 * 1024 * 1024
/** So much is read of whoever comes, bytes: most that a device says. */
const shortBody = 64 * 1024

/** Ours below `/mdm/apple`, and those that MicroMDM and NanoMDM gave their devices: these never change. */
const paths = ['/mdm/apple/mdm', '/mdm', '/mdm/checkin', '/mdm/connect', '/checkin']

const checkInType = 'application/x-apple-aspen-mdm-checkin'

/** Check-in and command channel on one path, told apart by content type. */
export const mdmRoutes = (
  edge: AppleEdge,
  profiles: EnrollmentProfiles,
  services: CheckInServices & Readonly<{ tell?: TellWebhook; addressOf: Proxies['addressOf'] }>,
): Readonly<Record<string, DeviceRoute>> => {
  const { app } = edge
  const { tell, addressOf } = services
  const bound = associations(app, edge)
  const checkIn = checkIns(edge, bound, services)
  const serve = commandChannel(edge, bound, appleRequests(app, revealed(app, profiles)))
  const record = refusalRecorder(app)
  const noteEnd = identityEnds(app, bound)

  const answer = async (request: DeviceRequest): Promise<DeviceAnswer> => {
    const { body } = request
    const told: Noted = { enrollmentId: '', messageType: '', certificate: null }
    try {
      const shown = await shownBy(request, told)
      told.certificate = shown.fingerprint
      const message = messageIn(request, told)
      // One that has ended speaks for its own enrollment, and begins none.
      if (shown.isExpired) await bound.mustBeBound(shown.fingerprint, message.ids)
      // Told before it is answered: what a device sends next is told after this, and what is cut off here the device says again.
      if ('MessageType' in message) {
        const reply = await checkIn(message, told.certificate, causeOf(told))
        await noteEnd(shown, () => causeOf(told))
        await tell?.({ message, body, params: paramsOf(request), opens: reply.opens === true })
        return answerOf(reply)
      }
      const command = await serve(message, body, told.certificate, () => causeOf(told))
      const noting = noteEnd(shown, () => causeOf(told))
      if (noting !== undefined) await noting
      if (tell !== undefined) await tell({ message, body, params: paramsOf(request), opens: false })
      return commandIn(command)
    } catch (error) {
      if (error instanceof CertificateRefused) told.certificate = error.fingerprint
      return refuse(error, request, told)
    }
  }

  /** What is signed is made sense of only when it is signed well; what it says of itself is noted all the same, if it is short. */
  const shownBy = async (request: DeviceRequest, told: Noted): Promise<DeviceCertificate> => {
    try {
      return await deviceCertificate(request, request.body, edge)
    } catch (error) {
      if (request.body.length <= shortBody) messageIn(request, told)
      throw error
    }
  }

  const refuse = (error: unknown, head: DeviceHead, told: Told): DeviceAnswer => {
    const status = deviceStatusOf(error)
    const { enrollmentId, messageType } = told
    if (status >= 500) app.logger.error({ err: error, enrollmentId, messageType }, 'a device could not be served')
    else app.logger.warn({ enrollmentId, messageType, reason: (error as Error).message }, 'a device was refused')
    void record(error, addressOf(head), told, causeOf(told))
    return { status }
  }

  const route: DeviceRoute = {
    answer,
    limitFor: (head) => {
      if (isShort(head)) return shortBody
      mustClaimCertificate(head, edge)
      return bodyLimit
    },
    failed: (error, head) => {
      const certificate = error instanceof CertificateRefused ? error.fingerprint : null
      return refuse(error, head, { enrollmentId: '', messageType: '', certificate })
    },
  }
  return Object.fromEntries(paths.map((path) => [`PUT ${path}`, route]))
}

type Noted = { -readonly [K in keyof Told]: Told[K] }

const messageIn = ({ headers, body }: DeviceRequest, told: Noted) => {
  const isCheckIn = (headers['content-type'] ?? '').startsWith(checkInType)
  const message = isCheckIn ? readCheckIn(body) : readReport(body)
  told.enrollmentId = message.ids.enrollmentId
  told.messageType = 'MessageType' in message ? message.MessageType : message.Status
  return message
}

const isShort = ({ headers }: DeviceHead): boolean =>
  headers['content-encoding'] === undefined && Number(headers['content-length'] ?? Number.NaN) <= shortBody

const xml = 'application/xml; charset=UTF-8'

const commandIn = (command: Uint8Array | string | null): DeviceAnswer => {
  if (command === null) return { status: 200 }
  if (command !== unrecognized) return { status: 200, type: xml, body: command }
  // https://developer.apple.com/documentation/devicemanagement/unrecognizeddevice
  const body = JSON.stringify({ code: 'com.apple.unrecognized.device', description: 'An admin ended this enrollment.' })
  return { status: 403, type: 'application/json; charset=utf-8', body }
}

const answerOf = ({ status, plist, json }: CheckInReply): DeviceAnswer => {
  if (plist !== undefined) return { status, type: xml, body: writePlist(plist) }
  return json === undefined ? { status } : { status, type: 'application/json; charset=utf-8', body: json }
}

/** The first value of each parameter of the URL. */
const paramsOf = ({ query }: DeviceHead): Readonly<Record<string, string>> =>
  Object.fromEntries([...new URLSearchParams(query)].reverse())

const causeOf = ({ enrollmentId }: Told): Cause => {
  const id = randomUUID()
  const actor: Actor = { kind: 'device', id: enrollmentId }
  return { id, actor, correlationId: id, causationId: id }
}
