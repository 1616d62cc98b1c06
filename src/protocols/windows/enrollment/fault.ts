import { xmlText } from '../../xml/xml-text.ts'
import type { Answering } from './envelope.ts'
import { envelopeOf } from './envelope.ts'
import { namespaces } from './namespaces.ts'

/** Why an enrolment does not go on; Windows shows a code of its own for each. */
export type FaultSubcode =
  | 'MessageFormat'
  | 'Authentication'
  | 'Authorization'
  | 'CertificateRequest'
  | 'EnrollmentServer'
  | 'InternalServiceFault'
  | 'InvalidSecurity'

/** `errorType` is Microsoft's finer word, where there is one. */
export type Fault = Readonly<{
  subcode: FaultSubcode
  reason: string
  errorType?:
    'DeviceCapReached' | 'DeviceNotSupported' | 'NotSupported' | 'NotEligibleToRenew' | 'InMaintenance' | 'EnrollmentDataInvalid'
}>

/** A SOAP fault. https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/4d7eadd5-3951-4f1c-8159-c39e07cbe692 */
export const writeFault = (answering: Answering, { subcode, reason, errorType }: Fault): Buffer => {
  const prefix = subcode === 'InvalidSecurity' ? 'a' : 's'
  const detail =
    errorType === undefined
      ? ''
      : `<s:Detail><DeviceEnrollmentServiceError xmlns="${namespaces.enrollment}"><ErrorType>${errorType}</ErrorType>` +
        `<Message>${xmlText(reason)}</Message><TraceId>${xmlText(answering.activityId)}</TraceId></DeviceEnrollmentServiceError></s:Detail>`
  return envelopeOf(
    answering,
    `<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>${prefix}:${subcode}</s:Value></s:Subcode></s:Code>` +
      `<s:Reason><s:Text xml:lang="en-us">${xmlText(reason)}</s:Text></s:Reason>${detail}</s:Fault>`,
  )
}
