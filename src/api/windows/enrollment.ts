import { randomUUID } from 'node:crypto'
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
import { householdOf } from '../attempts.ts'
import { BodyRefused } from '../bodies.ts'
import type { DeviceAnswer, DeviceRoute } from '../device-path.ts'
import type { Proxies } from '../proxies.ts'
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
export const windowsEnrollmentRoutes = (
  edge: WindowsEdge,
  addressOf: Proxies['addressOf'],
  grants: Grants = enrollmentGrants(edge),
): Readonly<Record<string, DeviceRoute>> => {
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

  type Answer = (request: EnrollmentRequest, related: Related, address: string) => Promise<Buffer> | Buffer

  const route = (call: EnrollmentCall, answer: Answer): DeviceRoute => ({
    limitFor: () => maxEnrollmentBytes,
    answer: async ({ body, ...head }) => {
      const activityId = randomUUID()
      try {
        const read = readEnrollmentRequest(body)
        const related = { relatesTo: read.messageId, activityId }
        return soap(await answer(read, related, householdOf(addressOf(head))))
      } catch (error) {
        return soap(refused(error, { call, activityId, relatesTo: messageIdIn(body) }))
      }
    },
    failed: (error) => {
      const fault = error instanceof BodyRefused ? unreadable(error) : error
      return soap(refused(fault, { call, activityId: randomUUID(), relatesTo: null }))
    },
  })

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

  return Object.fromEntries([
    ...paths.discovery.flatMap((path) => ['GET', 'HEAD'].map((method) => [`${method} ${path}`, isThere] as const)),
    ...paths.discovery.map((path) => [`POST ${path}`, route('discover', discover)] as const),
    ...paths.policy.map((path) => [`POST ${path}`, route('get-policies', policies)] as const),
    ...paths.enroll.map((path) => [`POST ${path}`, route('enroll', enroll)] as const),
  ])
}

/** A device looks whether discovery is there before it asks. */
const isThere: DeviceRoute = {
  limitFor: () => maxEnrollmentBytes,
  answer: () => ({ status: 200 }),
  failed: () => ({ status: 200 }),
}

const unreadable = ({ status, message }: BodyRefused): unknown => {
  try {
    return raise('MessageFormat', status === 413 ? `A message has at most ${String(maxEnrollmentBytes)} bytes.` : message)
  } catch (fault) {
    return fault
  }
}

const soap = (body: Buffer): DeviceAnswer => ({ status: 200, type: 'application/soap+xml; charset=utf-8', body })
