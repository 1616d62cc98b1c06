import { xmlText } from '../../xml/xml-text.ts'
import type { EnrollmentCall } from './namespaces.ts'
import { actions, base64Encoding, namespaces, tokenType, userTokenType } from './namespaces.ts'
import type { ContextItems, Credential } from './read-request.ts'

/** To whom, as which message, with what right. */
export type Asking = Readonly<{ to: string; messageId: string; credential: Credential | null }>

/** Asks where to enroll. One line and these prefixes, as Windows writes it. */
export const writeDiscover = (
  asking: Asking,
  { emailAddress, requestVersion, osVersion }: Readonly<{ emailAddress: string; requestVersion: string; osVersion: string }>,
): Buffer =>
  envelope(
    'discover',
    asking,
    `<Discover xmlns="${namespaces.discovery}"><request xmlns:i="${namespaces.instance}"><EmailAddress>${xmlText(emailAddress)}</EmailAddress>` +
      `<RequestVersion>${requestVersion}</RequestVersion><DeviceType>CIMClient_Windows</DeviceType>` +
      `<ApplicationVersion>${osVersion}</ApplicationVersion><OSEdition>48</OSEdition>` +
      `<AuthPolicies><AuthPolicy>OnPremise</AuthPolicy><AuthPolicy>Federated</AuthPolicy></AuthPolicies></request></Discover>`,
  )

/** Asks how its certificate is to be made. */
export const writeGetPolicies = (asking: Asking): Buffer =>
  envelope(
    'get-policies',
    asking,
    `<GetPolicies xmlns="${namespaces.policy}"><client><lastUpdate xsi:nil="true" xmlns:xsi="${namespaces.instance}"/>` +
      `<preferredLanguage xsi:nil="true" xmlns:xsi="${namespaces.instance}"/></client>` +
      `<requestFilter xsi:nil="true" xmlns:xsi="${namespaces.instance}"/></GetPolicies>`,
  )

/** Asks for a certificate: a new one with a PKCS#10, the next one with a PKCS#7. */
export const writeRequestSecurityToken = (
  asking: Asking,
  { kind, der, items }: Readonly<{ kind: 'issue' | 'renew'; der: Uint8Array; items: ContextItems }>,
): Buffer =>
  envelope(
    'enroll',
    asking,
    `<wst:RequestSecurityToken><wst:TokenType>${tokenType}</wst:TokenType>` +
      `<wst:RequestType>${namespaces.trust}/${kind === 'issue' ? 'Issue' : 'Renew'}</wst:RequestType>` +
      `<wsse:BinarySecurityToken ValueType="${namespaces.enrollment}#${kind === 'issue' ? 'PKCS10' : 'PKCS7'}" EncodingType="${base64Encoding}">` +
      `${Buffer.from(der).toString('base64')}</wsse:BinarySecurityToken><ac:AdditionalContext xmlns="${namespaces.authorization}">` +
      items
        .map(({ name, value }) => `<ac:ContextItem Name="${name}"><ac:Value>${xmlText(value)}</ac:Value></ac:ContextItem>`)
        .join('') +
      `</ac:AdditionalContext></wst:RequestSecurityToken>`,
  )

const envelope = (call: EnrollmentCall, { to, messageId, credential }: Asking, body: string): Buffer =>
  Buffer.from(
    `<s:Envelope xmlns:s="${namespaces.soap}" xmlns:a="${namespaces.addressing}" xmlns:u="${namespaces.utility}" ` +
      `xmlns:wsse="${namespaces.security}" xmlns:wst="${namespaces.trust}" xmlns:ac="${namespaces.authorization}"><s:Header>` +
      `<a:Action s:mustUnderstand="1">${actions[call].request}</a:Action><a:MessageID>${xmlText(messageId)}</a:MessageID>` +
      `<a:ReplyTo><a:Address>${namespaces.addressing}/anonymous</a:Address></a:ReplyTo>` +
      `<a:To s:mustUnderstand="1">${xmlText(to)}</a:To>${security(credential)}</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  )

const security = (credential: Credential | null): string => {
  if (credential === null) return ''
  const inner =
    credential.kind === 'password'
      ? `<wsse:UsernameToken u:Id="uuid-1"><wsse:Username>${xmlText(credential.username)}</wsse:Username>` +
        `<wsse:Password wsse:Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">` +
        `${xmlText(credential.password)}</wsse:Password></wsse:UsernameToken>`
      : `<wsse:BinarySecurityToken ValueType="${credential.kind === 'jwt' ? 'urn:ietf:params:oauth:token-type:jwt' : userTokenType}" ` +
        `EncodingType="${base64Encoding}">${Buffer.from(credential.token).toString('base64')}</wsse:BinarySecurityToken>`
  return `<wsse:Security s:mustUnderstand="1">${inner}</wsse:Security>`
}
