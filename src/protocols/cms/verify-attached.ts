import { X509Certificate } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { isIssuedBy } from '../x509/certificate.ts'
import { asSignature, readSignedData } from './signed-data.ts'
import type { Verified } from './verify-detached.ts'
import { verifySigner } from './verify-detached.ts'

/** `others` are the certificates that came along beside the signer's, perhaps its issuers. */
export type VerifiedContent = Verified & Readonly<{ content: Uint8Array; others: readonly X509Certificate[] }>

/**
 * Verifies a CMS signature that brings its content, with exactly one signer. Says who signed, not whether that certificate is trusted or in
 * date. Throws `ParseError` (field `signature`) when it is malformed, detached or does not fit.
 */
export const verifyAttached = (bytes: Uint8Array): VerifiedContent =>
  asSignature(() => {
    const signed = readSignedData(bytes)
    if (signed.content === null) throw new ParseError('signature', 'The signature is detached: it holds no content.')
    const verified = verifySigner(signed, signed.content)
    const others = signed.certificates.flatMap((der) => opened(der)).filter((one) => !one.raw.equals(verified.certificate.raw))
    return { ...verified, content: signed.content, others }
  })

/**
 * Whether a chain leads from the signer over the certificates that came along to one of the anchors, in at most four steps. Dates are not
 * looked at: the intermediate of Apple's device certificates has expired, and a device's clock may be wrong.
 */
export const leadsTo = (
  anchors: readonly X509Certificate[],
  { certificate, others }: Pick<VerifiedContent, 'certificate' | 'others'>,
  steps = 4,
): boolean => {
  if (isIssuedBy(certificate, anchors)) return true
  if (steps <= 1) return false
  return others.some((issuer) => {
    const rest = others.filter((other) => other !== issuer)
    return isIssuedBy(certificate, [issuer]) && leadsTo(anchors, { certificate: issuer, others: rest }, steps - 1)
  })
}

const opened = (der: Uint8Array): readonly X509Certificate[] => {
  try {
    return [new X509Certificate(der)]
  } catch {
    return []
  }
}
