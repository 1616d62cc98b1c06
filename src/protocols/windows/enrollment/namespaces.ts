/** The namespaces of enrolment messages. https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/4d7eadd5-3951-4f1c-8159-c39e07cbe692 */
export const namespaces = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  addressing: 'http://www.w3.org/2005/08/addressing',
  utility: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  security: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  trust: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  authorization: 'http://schemas.xmlsoap.org/ws/2006/12/authorization',
  discovery: 'http://schemas.microsoft.com/windows/management/2012/01/enrollment',
  policy: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy',
  enrollment: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollment',
  diagnostics: 'http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics',
  instance: 'http://www.w3.org/2001/XMLSchema-instance',
} as const

export const base64Encoding = `${namespaces.security}#base64binary`

/** What a request is about, and the action that its answer names. */
export const actions = {
  discover: {
    request: `${namespaces.discovery}/IDiscoveryService/Discover`,
    response: `${namespaces.discovery}/IDiscoveryService/DiscoverResponse`,
  },
  'get-policies': {
    request: `${namespaces.policy}/IPolicy/GetPolicies`,
    response: `${namespaces.policy}/IPolicy/GetPoliciesResponse`,
  },
  enroll: { request: `${namespaces.enrollment}/RST/wstep`, response: `${namespaces.enrollment}/RSTRC/wstep` },
} as const

export type EnrollmentCall = keyof typeof actions

export const tokenType = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken'
export const userTokenType = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentUserToken'
export const documentType = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentProvisionDoc'
export const jwtTokenType = 'urn:ietf:params:oauth:token-type:jwt'
