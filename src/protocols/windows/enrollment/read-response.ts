import { ParseError } from '../../../kernel/parse-error.ts'
import type { XmlElement } from '../../xml/read-xml.ts'
import { childOf, childrenOf, readXml, textAt } from '../../xml/read-xml.ts'
import { namespaces } from './namespaces.ts'
import type { CertificateStore } from './provisioning.ts'

/** A refusal as the device reads it. */
export type ReadFault = Readonly<{ subcode: string; reason: string }>

/** What a device takes from its provisioning document. */
export type Provisioned = Readonly<{
  rootDer: Uint8Array
  certificateDer: Uint8Array
  store: CertificateStore
  providerId: string
  managementUrl: string
  name: string
  password: string
  serverSecret: string
  nonce: Uint8Array
  pollMinutes: number
}>

const limits = { field: 'answer', maxBytes: 1024 * 1024, maxDepth: 32, maxElements: 2_000 }

/** The element in the body of an answer, or the fault. Throws `ParseError`. */
export const readAnswer = (
  bytes: Uint8Array,
): Readonly<{ relatesTo: string | null; body: XmlElement } | { fault: ReadFault; relatesTo: string | null }> => {
  const envelope = readXml(bytes, limits)
  const relatesTo = textAt(childOf(envelope, 'Header', namespaces.soap), 'RelatesTo')
  const [body] = childOf(envelope, 'Body', namespaces.soap)?.children ?? []
  if (body === undefined) return refuse('The answer has no body.')
  if (body.name !== 'Fault') return { relatesTo, body }
  const subcode = textAt(body, 'Code', 'Subcode', 'Value') ?? ''
  return { relatesTo, fault: { subcode: subcode.replace(/^.*:/, ''), reason: textAt(body, 'Reason', 'Text') ?? '' } }
}

/** Where discovery leads. */
export const readDiscovered = (body: XmlElement) => {
  const result = childOf(body, 'DiscoverResult', namespaces.discovery)
  return {
    authPolicy: textAt(result, 'AuthPolicy') ?? '',
    policyUrl: textAt(result, 'EnrollmentPolicyServiceUrl') ?? '',
    enrollmentUrl: textAt(result, 'EnrollmentServiceUrl') ?? '',
    authenticationUrl: textAt(result, 'AuthenticationServiceUrl'),
  }
}

/** The provisioning document in the answer to a request for a certificate. */
export const provisioningIn = (body: XmlElement): string => {
  const token = textAt(body, 'RequestSecurityTokenResponse', 'RequestedSecurityToken', 'BinarySecurityToken')
  return token === null ? refuse('The answer holds no provisioning document.') : Buffer.from(token, 'base64').toString('utf8')
}

/** Reads a whole provisioning document, as a device that enrolls does. Throws `ParseError`. */
export const readProvisioning = (document: string): Provisioned => {
  const root = readXml(Buffer.from(document), limits)
  const my = at(root, 'CertificateStore', 'My')
  const store = at(my, 'User') === undefined ? 'System' : 'User'
  const application = at(root, 'APPLICATION')
  const auth = childrenOf(application, 'characteristic').filter((one) => typeOf(one) === 'APPAUTH')
  const ofLevel = (level: string) => auth.find((one) => parm(one, 'AAUTHLEVEL') === level)
  const [device, server] = [ofLevel('APPSRV'), ofLevel('CLIENT')]
  if (device === undefined || server === undefined) return refuse('One of the two APPAUTH is missing.')
  const providerId = parm(application, 'PROVIDER-ID')
  const provider = at(root, 'DMClient', 'Provider', providerId)
  if (provider === undefined) return refuse('The provider of DMClient is not that of the application.')
  if (at(my, store, 'PrivateKeyContainer') === undefined) return refuse('PrivateKeyContainer is missing.')
  return {
    rootDer: certificateIn(at(root, 'CertificateStore', 'Root', 'System')),
    certificateDer: certificateIn(at(my, store)),
    ...{ store, providerId },
    managementUrl: parm(application, 'ADDR'),
    name: parm(device, 'AAUTHNAME'),
    password: parm(device, 'AAUTHSECRET'),
    serverSecret: parm(server, 'AAUTHSECRET'),
    nonce: Buffer.from(parm(device, 'AAUTHDATA'), 'base64'),
    pollMinutes: Number(parm(at(provider, 'Poll'), 'IntervalForFirstSetOfRetries')),
  }
}

const certificateIn = (store: XmlElement | undefined): Uint8Array => {
  const [certificate] = childrenOf(store, 'characteristic')
  return Buffer.from(parm(certificate, 'EncodedCertificate'), 'base64')
}

const at = (element: XmlElement | undefined, ...types: readonly string[]): XmlElement | undefined =>
  types.reduce<XmlElement | undefined>(
    (inside, type) => childrenOf(inside, 'characteristic').find((one) => typeOf(one) === type),
    element,
  )

const typeOf = (element: XmlElement): string => attribute(element, 'type')

const parm = (element: XmlElement | undefined, name: string): string => {
  const found = childrenOf(element, 'parm').find((one) => attribute(one, 'name') === name)
  return found === undefined ? refuse(`The parameter ${name} is missing.`) : attribute(found, 'value')
}

const attribute = (element: XmlElement, name: string): string => element.attributes.find((one) => one.name === name)?.value ?? ''

const refuse = (reason: string): never => {
  throw new ParseError('answer', reason)
}
