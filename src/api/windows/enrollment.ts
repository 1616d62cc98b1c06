import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { raw, Router } from 'express'
import type { Answering } from '../../protocols/windows/enrollment/envelope.ts'
import { writeFault } from '../../protocols/windows/enrollment/fault.ts'
import type { EnrollmentCall } from '../../protocols/windows/enrollment/namespaces.ts'
import { actions } from '../../protocols/windows/enrollment/namespaces.ts'
import type { EnrollmentRequest } from '../../protocols/windows/enrollment/read-request.ts'
import { maxEnrollmentBytes, messageIdIn, readEnrollmentRequest } from '../../protocols/windows/enrollment/read-request.ts'
import {
  writeDiscoverResponse,
  writePoliciesResponse,
  writeTokenResponse,
} from '../../protocols/windows/enrollment/write-response.ts'
import { addressOf } from '../attempts.ts'
import { faultOf, raise } from './fault.ts'
import type { Grants } from './grants.ts'
import { enrollmentGrants } from './grants.ts'
import { validityDays, windowsIdentities } from './identities.ts'
import type { WindowsEdge } from './settings.ts'
import { paths } from './settings.ts'

type Related = Omit<Answering, 'action'>

/**
 * The three calls by which a Windows device enrolls (MS-MDE2). Every answer has its length, none is compressed or cut into chunks, and what goes wrong
 * is a SOAP fault with status 200: of any other status a device only tells its user the number.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/4d7eadd5-3951-4f1c-8159-c39e07cbe692
 */
export const windowsEnrollmentRoutes = (edge: WindowsEdge, grants: Grants = enrollmentGrants(edge)): Router => {
  const { app, publicUrl } = edge
  const identities = windowsIdentities(edge)
  const url = (path: string | undefined): string => `${publicUrl}${path ?? ''}`

  const discover = (request: EnrollmentRequest, related: Related): Buffer => {
    if (request.body.kind !== 'discover') return raise('MessageFormat', 'The message is no Discover.')
    const { emailAddress, authPolicies } = request.body
    const asksPage = edge.signIn === 'page' && emailAddress !== '' && authPolicies.includes('Federated')
    return writeDiscoverResponse(related, {
      ...{ policyUrl: url(paths.policy[0]), enrollmentUrl: url(paths.enroll[0]) },
      ...(asksPage
        ? { authPolicy: 'Federated', authenticationUrl: url(paths.signIn) }
        : { authPolicy: 'OnPremise', authenticationUrl: null }),
    })
  }

  const policies = async (request: EnrollmentRequest, related: Related, address: string): Promise<Buffer> => {
    if (request.body.kind !== 'get-policies') return raise('MessageFormat', 'The message is no GetPolicies.')
    // Who is refused here learns it before a key is made. A renewal shows its certificate later, and nothing here is secret.
    if (request.credential !== null) await grants(request.credential, address)
    return writePoliciesResponse(related, { validityDays, renewalDays: edge.renewDays })
  }

  const enroll = async ({ body, credential }: EnrollmentRequest, related: Related, address: string): Promise<Buffer> => {
    if (body.kind !== 'issue' && body.kind !== 'renew') return raise('MessageFormat', 'The message is no RequestSecurityToken.')
    const document =
      body.kind === 'renew' ? await identities.renew(body) : await identities.enroll(body, await grants(credential, address))
    return writeTokenResponse(related, document, app.clock())
  }

  const answering =
    (call: EnrollmentCall, answer: (request: EnrollmentRequest, related: Related, address: string) => Promise<Buffer> | Buffer) =>
    async (request: Request, response: Response): Promise<void> => {
      const body = request.body instanceof Uint8Array ? request.body : Buffer.alloc(0)
      const activityId = randomUUID()
      try {
        const read = readEnrollmentRequest(body)
        send(response, await answer(read, { relatesTo: read.messageId, activityId }, addressOf(request)))
      } catch (error) {
        send(response, refused(error, { call, activityId, relatesTo: messageIdIn(body) }))
      }
    }

  const refused = (error: unknown, { call, ...related }: Related & Readonly<{ call: EnrollmentCall }>): Buffer => {
    const fault = faultOf(error)
    const { relatesTo: messageId, activityId } = related
    if (fault === null) app.logger.error({ err: error, messageId, activityId }, 'a Windows device could not be enrolled')
    else app.logger.warn({ ...fault, call, messageId, activityId }, 'a Windows device was refused')
    return writeFault(
      { ...related, action: actions[call].response },
      fault ?? { subcode: 'InternalServiceFault', reason: `The server failed; its log tells why (${activityId}).` },
    )
  }

  const tooLarge =
    (call: EnrollmentCall): ((error: unknown, ...rest: Parameters<RequestHandler>) => void) =>
    (_error, _request, response, _next) => {
      const reason = `A message has at most ${String(maxEnrollmentBytes)} bytes.`
      const answered = { action: actions[call].response, relatesTo: null, activityId: randomUUID() }
      send(response, writeFault(answered, { subcode: 'MessageFormat', reason }))
    }

  const read = raw({ type: () => true, limit: maxEnrollmentBytes })
  return Router()
    .get(paths.discovery, (_, response) => {
      response.status(200).set('content-length', '0').end()
    })
    .post(paths.discovery, read, answering('discover', discover), tooLarge('discover'))
    .post(paths.policy, read, answering('get-policies', policies), tooLarge('get-policies'))
    .post(paths.enroll, read, answering('enroll', enroll), tooLarge('enroll'))
}

const send = (response: Response, body: Buffer): void => {
  response
    .status(200)
    .set({ 'content-type': 'application/soap+xml; charset=utf-8', 'content-length': String(body.length) })
    .end(body)
}
