import { xmlText } from '../../xml/xml-text.ts'
import type { Answering } from './envelope.ts'
import { envelopeOf } from './envelope.ts'
import { actions, base64Encoding, documentType, namespaces, tokenType } from './namespaces.ts'

type Related = Omit<Answering, 'action'>

/** Where a device goes on, and how it is to say who it is. `authenticationUrl` goes with `Federated` alone. */
export type Discovered = Readonly<{
  authPolicy: 'OnPremise' | 'Federated'
  authenticationUrl: string | null
  policyUrl: string
  enrollmentUrl: string
}>

/** The version of the protocol that is offered to every client, whatever it asks for. */
const enrollmentVersion = '4.0'

/** https://learn.microsoft.com/windows/client-management/mobile-device-enrollment */
export const writeDiscoverResponse = (related: Related, told: Discovered): Buffer =>
  envelopeOf(
    { ...related, action: actions.discover.response },
    `<DiscoverResponse xmlns="${namespaces.discovery}"><DiscoverResult><AuthPolicy>${told.authPolicy}</AuthPolicy>` +
      `<EnrollmentVersion>${enrollmentVersion}</EnrollmentVersion>` +
      `<EnrollmentPolicyServiceUrl>${xmlText(told.policyUrl)}</EnrollmentPolicyServiceUrl>` +
      `<EnrollmentServiceUrl>${xmlText(told.enrollmentUrl)}</EnrollmentServiceUrl>` +
      (told.authenticationUrl === null
        ? ''
        : `<AuthenticationServiceUrl>${xmlText(told.authenticationUrl)}</AuthenticationServiceUrl>`) +
      `</DiscoverResult></DiscoverResponse>`,
  )

const days = 24 * 60 * 60

/** How a device is to ask for its certificate: RSA 2048, SHA-256. https://learn.microsoft.com/openspecs/windows_protocols/ms-xcep/08ec4475-32c2-457d-8c27-5a176660a210 */
export const writePoliciesResponse = (
  related: Related,
  { validityDays, renewalDays }: Readonly<{ validityDays: number; renewalDays: number }>,
): Buffer =>
  envelopeOf(
    { ...related, action: actions['get-policies'].response },
    `<GetPoliciesResponse xmlns="${namespaces.policy}" xmlns:xsi="${namespaces.instance}"><response><policyID/>` +
      `${nil('policyFriendlyName')}${nil('nextUpdateHours')}${nil('policiesNotChanged')}<policies><policy>` +
      `<policyOIDReference>0</policyOIDReference>${nil('cAs')}<attributes><commonName>DeviceIdentity</commonName>` +
      `<policySchema>3</policySchema><certificateValidity><validityPeriodSeconds>${String(validityDays * days)}</validityPeriodSeconds>` +
      `<renewalPeriodSeconds>${String(renewalDays * days)}</renewalPeriodSeconds></certificateValidity>` +
      `<permission><enroll>true</enroll><autoEnroll>false</autoEnroll></permission><privateKeyAttributes>` +
      `<minimalKeyLength>2048</minimalKeyLength>${nil('keySpec')}${nil('keyUsageProperty')}${nil('permissions')}` +
      `${nil('algorithmOIDReference')}<cryptoProviders><provider>Microsoft Platform Crypto Provider</provider>` +
      `<provider>Microsoft Software Key Storage Provider</provider></cryptoProviders></privateKeyAttributes>` +
      `<revision><majorRevision>101</majorRevision><minorRevision>0</minorRevision></revision>` +
      `${nil('supersededPolicies')}${nil('privateKeyFlags')}${nil('subjectNameFlags')}${nil('enrollmentFlags')}${nil('generalFlags')}` +
      `<hashAlgorithmOIDReference>0</hashAlgorithmOIDReference>${nil('rARequirements')}${nil('keyArchivalAttributes')}` +
      `${nil('extensions')}</attributes></policy></policies></response>${nil('cAs')}<oIDs>` +
      `${oid('2.16.840.1.101.3.4.2.1', 4, 0, 'szOID_NIST_sha256')}${oid('1.2.840.113549.1.1.1', 3, 1, 'szOID_RSA_RSA')}` +
      `</oIDs></GetPoliciesResponse>`,
  )

/** The provisioning document, in the wrapping that Windows wants. `now` stamps it. */
export const writeTokenResponse = (related: Related, document: string, now: Date): Buffer => {
  const at = (ms: number): string => new Date(now.getTime() + ms).toISOString()
  const security =
    `<o:Security s:mustUnderstand="1" xmlns:o="${namespaces.security}"><u:Timestamp u:Id="_0">` +
    `<u:Created>${at(-stampMs)}</u:Created><u:Expires>${at(stampMs)}</u:Expires></u:Timestamp></o:Security>`
  return envelopeOf(
    { ...related, action: actions.enroll.response },
    `<RequestSecurityTokenResponseCollection xmlns="${namespaces.trust}"><RequestSecurityTokenResponse>` +
      `<TokenType>${tokenType}</TokenType><DispositionMessage xmlns="${namespaces.enrollment}"/><RequestedSecurityToken>` +
      `<BinarySecurityToken xmlns="${namespaces.security}" ValueType="${documentType}" EncodingType="${base64Encoding}">` +
      `${Buffer.from(document).toString('base64')}</BinarySecurityToken></RequestedSecurityToken>` +
      `<RequestID xmlns="${namespaces.enrollment}">0</RequestID></RequestSecurityTokenResponse>` +
      `</RequestSecurityTokenResponseCollection>`,
    security,
  )
}

const stampMs = 5 * 60_000

const nil = (name: string): string => `<${name} xsi:nil="true"/>`

const oid = (value: string, group: number, id: number, name: string): string =>
  `<oID><value>${value}</value><group>${String(group)}</group><oIDReferenceID>${String(id)}</oIDReferenceID><defaultName>${name}</defaultName></oID>`
