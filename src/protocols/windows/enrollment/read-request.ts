import { ParseError } from '../../../kernel/parse-error.ts'
import type { XmlElement } from '../../xml/read-xml.ts'
import { childOf, childrenOf, readXml, textAt } from '../../xml/read-xml.ts'
import type { EnrollmentCall } from './namespaces.ts'
import { actions, jwtTokenType, namespaces, userTokenType } from './namespaces.ts'

/** What a device proves its right to enroll with. A token is as it was before Windows encoded it. */
export type Credential =
  Readonly<{ kind: 'password'; username: string; password: string }> | Readonly<{ kind: 'user-token' | 'jwt'; token: string }>

/** Facts that come with a request for a certificate: names may repeat. */
export type ContextItems = readonly Readonly<{ name: string; value: string }>[]

export type EnrollmentBody =
  | Readonly<{ kind: 'discover'; emailAddress: string; requestVersion: string; authPolicies: readonly string[] }>
  | Readonly<{ kind: 'get-policies' }>
  /** `csr` is PKCS#10, DER. */
  | Readonly<{ kind: 'issue'; csr: Uint8Array; items: ContextItems }>
  /** `signed` is CMS over a PKCS#10, DER. */
  | Readonly<{ kind: 'renew'; signed: Uint8Array; items: ContextItems }>

/** A SOAP request of a device that enrolls. `messageId` goes back verbatim. */
export type EnrollmentRequest = Readonly<{
  call: EnrollmentCall
  messageId: string
  credential: Credential | null
  body: EnrollmentBody
}>

/** Real requests have a few KB. */
export const maxEnrollmentBytes = 256 * 1024

const limits = { field: 'message', maxBytes: maxEnrollmentBytes, maxDepth: 32, maxElements: 2_000 }

/**
 * Reads a request of MS-MDE2 by names and namespaces, never by prefixes. Throws `ParseError` naming the element at fault.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/4d7eadd5-3951-4f1c-8159-c39e07cbe692
 */
export const readEnrollmentRequest = (bytes: Uint8Array): EnrollmentRequest => {
  const envelope = readXml(bytes, limits)
  if (envelope.name !== 'Envelope' || envelope.namespace !== namespaces.soap)
    refuse('Envelope', 'The message is no SOAP 1.2 envelope.')
  const header = childOf(envelope, 'Header', namespaces.soap) ?? refuse('Header', 'The envelope has no Header.')
  const body = childOf(envelope, 'Body', namespaces.soap) ?? refuse('Body', 'The envelope has no Body.')
  const messageId = addressed(header, 'MessageID')
  addressed(header, 'To')
  if (!textAt(childOf(header, 'ReplyTo', namespaces.addressing), 'Address')) refuse('ReplyTo', 'ReplyTo names no Address.')
  const [said, another] = body.children
  if (said === undefined || another !== undefined) return refuse('Body', 'The Body does not hold exactly one element.')
  const read = bodyOf(said)
  const call = read.kind === 'issue' || read.kind === 'renew' ? 'enroll' : read.kind
  const action = addressed(header, 'Action').replace(/\/\/+(?=I)/, '/')
  if (action !== actions[call].request) refuse('Action', `The Action is not that of ${said.name}.`)
  return { call, messageId, credential: credentialIn(childOf(header, 'Security', namespaces.security)), body: read }
}

/** The id that an answer names, for messages that make no other sense; null when there is none. */
export const messageIdIn = (bytes: Uint8Array): string | null => {
  try {
    const header = childOf(readXml(bytes, limits), 'Header', namespaces.soap)
    return textAt(childOf(header, 'MessageID', namespaces.addressing)) || null
  } catch {
    return null
  }
}

/** The first value of this name; null when there is none or an empty one. */
export const itemOf = (items: ContextItems, name: string): string | null =>
  items.find((item) => item.name === name)?.value || null

const addressed = (header: XmlElement, name: string): string => {
  const told = textAt(childOf(header, name, namespaces.addressing))
  return told === null || told === '' || told.length > 2048 ? refuse(name, `The header ${name} is missing or empty.`) : told
}

const bodyOf = (element: XmlElement): EnrollmentBody => {
  const namespace = element.namespace.replace(/\/$/, '')
  if (element.name === 'Discover' && namespace === namespaces.discovery) return discoverOf(childOf(element, 'request'))
  if (element.name === 'GetPolicies' && namespace === namespaces.policy) return { kind: 'get-policies' }
  if (element.name === 'RequestSecurityToken' && namespace === namespaces.trust) return tokenRequestOf(element)
  return refuse('Body', 'The Body holds neither Discover, GetPolicies nor RequestSecurityToken.')
}

const discoverOf = (request: XmlElement | undefined): EnrollmentBody => {
  if (request === undefined) return refuse('request', 'Discover holds no request.')
  const requestVersion = textAt(request, 'RequestVersion') ?? ''
  if (!/^\d{1,2}\.\d{1,2}$/.test(requestVersion) || Number(requestVersion) < 3)
    return refuse('RequestVersion', 'RequestVersion is no version from 3.0 on.')
  const offered = childrenOf(childOf(request, 'AuthPolicies'), 'AuthPolicy').map(({ text }) => text.trim())
  const emailAddress = (textAt(request, 'EmailAddress') ?? '').slice(0, 320)
  return { kind: 'discover', emailAddress, requestVersion, authPolicies: offered.slice(0, 10) }
}

const tokenRequestOf = (element: XmlElement): EnrollmentBody => {
  const type = textAt(element, 'RequestType') ?? ''
  const token = childOf(element, 'BinarySecurityToken', namespaces.security)
  if (token === undefined) return refuse('BinarySecurityToken', 'The request holds no certificate request.')
  const items = childrenOf(childOf(element, 'AdditionalContext', namespaces.authorization), 'ContextItem').map((item) => ({
    name: (item.attributes.find(({ name }) => name === 'Name')?.value ?? '').trim(),
    value: (textAt(item, 'Value') ?? '').slice(0, 4096),
  }))
  const der = base64(token.text) ?? refuse('BinarySecurityToken', 'The certificate request is no base64.')
  const valueType = attributeOf(token, 'ValueType')
  if (type === `${namespaces.trust}/Issue` && valueType.endsWith('#PKCS10')) return { kind: 'issue', csr: der, items }
  if (type === `${namespaces.trust}/Renew` && valueType.endsWith('#PKCS7')) return { kind: 'renew', signed: der, items }
  return refuse('RequestType', 'The request asks neither to issue with a PKCS#10 nor to renew with a PKCS#7.')
}

const credentialIn = (security: XmlElement | undefined): Credential | null => {
  const login = childOf(security, 'UsernameToken', namespaces.security)
  if (login !== undefined)
    return { kind: 'password', username: textAt(login, 'Username') ?? '', password: childOf(login, 'Password')?.text ?? '' }
  const token = childOf(security, 'BinarySecurityToken', namespaces.security)
  if (token === undefined) return null
  const type = attributeOf(token, 'ValueType')
  const kind = type === userTokenType ? 'user-token' : type === jwtTokenType ? 'jwt' : null
  if (kind === null) return refuse('BinarySecurityToken', 'The ValueType of the security token is not known.')
  const bytes = base64(token.text) ?? refuse('BinarySecurityToken', 'The security token is no base64.')
  return { kind, token: bytes.toString('utf8') }
}

/** Attributes of tokens occur with and without a prefix. */
const attributeOf = (element: XmlElement, name: string): string =>
  element.attributes.find((attribute) => attribute.name === name)?.value.trim() ?? ''

/** Either alphabet, over as many lines as it likes. */
const base64 = (text: string): Buffer | null => {
  const plain = text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/')
  return /^[A-Za-z0-9+/]+={0,2}$/.test(plain) ? Buffer.from(plain, 'base64') : null
}

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
