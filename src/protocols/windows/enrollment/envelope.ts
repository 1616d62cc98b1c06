import { xmlText } from '../../xml/xml-text.ts'
import { namespaces } from './namespaces.ts'

/** What every answer says of itself. `activityId` is found in the server's log; null `relatesTo`: the request's id could not be read. */
export type Answering = Readonly<{ action: string; relatesTo: string | null; activityId: string }>

/** A SOAP answer around `body`, on one line; `security` stands in its header. */
export const envelopeOf = ({ action, relatesTo, activityId }: Answering, body: string, security = ''): Buffer =>
  Buffer.from(
    `<s:Envelope xmlns:s="${namespaces.soap}" xmlns:a="${namespaces.addressing}" xmlns:u="${namespaces.utility}"><s:Header>` +
      `<a:Action s:mustUnderstand="1">${xmlText(action)}</a:Action>` +
      `<ActivityId CorrelationId="${xmlText(activityId)}" xmlns="${namespaces.diagnostics}">${xmlText(activityId)}</ActivityId>` +
      (relatesTo === null ? '' : `<a:RelatesTo>${xmlText(relatesTo)}</a:RelatesTo>`) +
      `${security}</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  )
