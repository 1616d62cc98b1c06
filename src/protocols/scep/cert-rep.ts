import { randomBytes } from 'node:crypto'
import { derTag } from '../der.ts'
import type { Authority } from '../x509/open-authority.ts'
import { openAuthority } from '../x509/open-authority.ts'
import { writeText } from '../x509/values.ts'
import type { AttributeValue } from './attributes.ts'
import { asciiValue, octetsValue } from './attributes.ts'
import { writeEnvelopedData } from './enveloped-data.ts'
import type { FailInfo, Transaction } from './failure.ts'
import { failInfos } from './failure.ts'
import type { PkiRequest } from './server.ts'
import { writeCertificates, writeSignedData } from './signed-data.ts'

/** What is answered to what, and by whom: by the request's `recipient` where there is one. */
export type CertRep = Granted | Refused

type Granted = Readonly<{
  authority: Authority
  request: Pick<PkiRequest, 'transactionId' | 'senderNonce' | 'signer' | 'contentAlgorithm'>
  result: Readonly<{ certificateDer: Uint8Array }>
}>

type Refused = Readonly<{ authority: Authority; request: Transaction; result: Readonly<{ failInfo: FailInfo; text?: string }> }>

/**
 * Writes a CertRep in DER, signed by the authority: with the certificate in an envelope for the request's signer, or a FAILURE without one.
 * Throws `ParseError` when the authority cannot be opened.
 */
export const writeCertRep = (reply: CertRep): Uint8Array => {
  const { certificate, key } = openAuthority(reply.authority)
  const common: readonly AttributeValue[] = [
    ['messageType', asciiValue('3')],
    ['transactionId', asciiValue(reply.request.transactionId)],
    ['senderNonce', octetsValue(randomBytes(16))],
    ['recipientNonce', octetsValue(reply.request.senderNonce)],
  ]
  const { content, attributes } = isGranted(reply) ? granted(reply) : refused(reply)
  return writeSignedData({ content, attributes: [...common, ...attributes], certificateDer: certificate.raw, key })
}

type Outcome = Readonly<{ content: Uint8Array | null; attributes: readonly AttributeValue[] }>

const isGranted = (reply: CertRep): reply is Granted => 'certificateDer' in reply.result

const granted = ({ request, result }: Granted): Outcome => ({
  content: writeEnvelopedData(writeCertificates([result.certificateDer]), request.signer.raw, request.contentAlgorithm),
  attributes: [['pkiStatus', asciiValue('0')]],
})

const refused = ({ result: { failInfo, text } }: Refused): Outcome => ({
  content: null,
  attributes: [
    ['pkiStatus', asciiValue('2')],
    ['failInfo', asciiValue(String(failInfos[failInfo]))],
    ...(text === undefined ? [] : [['failInfoText', writeText(derTag.utf8String, text)] as const]),
  ],
})
