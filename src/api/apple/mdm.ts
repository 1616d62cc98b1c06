import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { raw, Router } from 'express'
import type { Actor, Cause } from '../../kernel/event.ts'
import { readCheckIn } from '../../protocols/apple/check-in.ts'
import { writePlist } from '../../protocols/plist/write.ts'
import { readReport } from '../../protocols/apple/command-report.ts'
import { associations } from './association.ts'
import type { CheckInReply, CheckInServices } from './check-in.ts'
import { checkIns } from './check-in.ts'
import { commandChannel, unrecognized } from './command-channel.ts'
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
  services: CheckInServices & Readonly<{ tell?: TellWebhook }>,
): Router => {
  const { app } = edge
  const { tell } = services
  const bound = associations(app, edge)
  const checkIn = checkIns(edge, bound, services)
  const serve = commandChannel(edge, bound, appleRequests(app, revealed(app, profiles)))
  const record = refusalRecorder(app)
  const noteEnd = identityEnds(app)

  const handle = async (request: Request, response: Response): Promise<void> => {
    const body = request.body instanceof Uint8Array ? request.body : Buffer.alloc(0)
    const told: Noted = { enrollmentId: '', messageType: '', certificate: null }
    try {
      const shown = shownBy(request, body, told)
      told.certificate = shown.fingerprint
      const message = messageIn(request, body, told)
      // One that has ended speaks for its own enrollment, and begins none.
      if (shown.isExpired) await bound.mustBeBound(shown.fingerprint, message.ids)
      const heard = { message, body, params: paramsOf(request) }
      // Told before it is answered: what a device sends next is told after this, and what is cut off here the device says again.
      if ('MessageType' in message) {
        const answer = await checkIn(message, told.certificate, causeOf(told))
        await noteEnd(shown, () => causeOf(told))
        await tell?.({ ...heard, opens: answer.opens === true })
        answerCheckIn(response, answer)
      } else {
        const command = await serve(message, body, told.certificate, () => causeOf(told))
        const noting = noteEnd(shown, () => causeOf(told))
        if (noting !== undefined) await noting
        await tell?.({ ...heard, opens: false })
        reply(response, command)
      }
    } catch (error) {
      if (error instanceof CertificateRefused) told.certificate = error.fingerprint
      refuse(error, request, response, told)
    }
  }

  /** What is signed is made sense of only when it is signed well; what it says of itself is noted all the same, if it is short. */
  const shownBy = (request: Request, body: Uint8Array, told: Noted): DeviceCertificate => {
    try {
      return deviceCertificate(request, body, edge)
    } catch (error) {
      if (body.length <= shortBody) messageIn(request, body, told)
      throw error
    }
  }

  const refuse = (error: unknown, request: Request, response: Response, told: Told): void => {
    const status = deviceStatusOf(error)
    const { enrollmentId, messageType } = told
    if (status >= 500) app.logger.error({ err: error, enrollmentId, messageType }, 'a device could not be served')
    else app.logger.warn({ enrollmentId, messageType, reason: (error as Error).message }, 'a device was refused')
    void record(error, request, told, causeOf(told))
    response.status(status).end()
  }

  const unread: (error: unknown, ...rest: Parameters<RequestHandler>) => void = (error, request, response, _next) => {
    const certificate = error instanceof CertificateRefused ? error.fingerprint : null
    refuse(error, request, response, { enrollmentId: '', messageType: '', certificate })
  }

  return Router().put(paths, readBody(edge), handle, unread)
}

type Noted = { -readonly [K in keyof Told]: Told[K] }

const messageIn = (request: Request, body: Uint8Array, told: Noted) => {
  const isCheckIn = (request.get('content-type') ?? '').startsWith(checkInType)
  const message = isCheckIn ? readCheckIn(body) : readReport(body)
  told.enrollmentId = message.ids.enrollmentId
  told.messageType = 'MessageType' in message ? message.MessageType : message.Status
  return message
}

/** Reads the body, as large as one may be of whom the request claims to come from. */
const readBody = (edge: AppleEdge): RequestHandler => {
  const bytesUpTo = (limit: number): RequestHandler => raw({ type: () => true, limit })
  const [short, whole] = [bytesUpTo(shortBody), bytesUpTo(bodyLimit)]
  return (request, response, next) => {
    if (isShort(request)) return short(request, response, next)
    mustClaimCertificate(request, edge)
    whole(request, response, next)
  }
}

const isShort = (request: Request): boolean =>
  request.get('content-encoding') === undefined && Number(request.get('content-length') ?? Number.NaN) <= shortBody

const reply = (response: Response, command: Uint8Array | string | null): void => {
  if (command === null) response.status(200).end()
  // https://developer.apple.com/documentation/devicemanagement/unrecognizeddevice
  else if (command === unrecognized)
    response.status(403).json({ code: 'com.apple.unrecognized.device', description: 'An admin ended this enrollment.' })
  else response.status(200).type('application/xml; charset=UTF-8').send(Buffer.from(command))
}

const answerCheckIn = (response: Response, { status, plist, json }: CheckInReply): void => {
  response.status(status)
  if (plist !== undefined) response.type('application/xml; charset=UTF-8').send(writePlist(plist))
  else if (json !== undefined) response.type('application/json').send(json)
  else response.end()
}

/** The first value of each parameter of the URL. */
const paramsOf = (request: Request): Readonly<Record<string, string>> => {
  const [, query = ''] = request.originalUrl.split('?')
  return Object.fromEntries([...new URLSearchParams(query)].reverse())
}

const causeOf = ({ enrollmentId }: Told): Cause => {
  const id = randomUUID()
  const actor: Actor = { kind: 'device', id: enrollmentId }
  return { id, actor, correlationId: id, causationId: id }
}
