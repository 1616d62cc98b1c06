import type { KeyObject, X509Certificate } from 'node:crypto'
import { createPrivateKey } from 'node:crypto'
import type { Request } from 'express'
import { z } from 'zod'
import { ParseError } from '../../../kernel/parse-error.ts'
import { isCertifiable, isSoundKey } from '../../../protocols/scep/algorithms.ts'
import { fingerprintOf, openCertificate, readCertificate } from '../../../protocols/x509/certificate.ts'
import { keyPemOf } from '../../../protocols/x509/keys.ts'
import { openAuthority } from '../../../protocols/x509/open-authority.ts'
import { refuse } from '../../errors.ts'
import { bodyOf } from '../../parsing.ts'

const pem = z
  .string()
  .min(1)
  .max(64 * 1024)

export const importing = z.object({
  certificate: pem,
  key: pem.optional(),
  passphrase: z.string().max(1000).optional(),
  as: z.enum(['issuer', 'trusted']).default('trusted'),
})

/** An authority of another server, in the form in which it is kept. `keyPem` is a secret; null: only the certificate came. */
export type ImportedAuthority = Readonly<{
  fingerprint: string
  certificatePem: string
  keyPem: string | null
  as: 'issuer' | 'trusted'
}>

/** Reads the body of an import. Refuses with 422, naming `certificate`, `key` or `passphrase`. */
export const readImport = (request: Request, now: Date): ImportedAuthority => {
  const body = bodyOf(importing, request)
  const certificate = certificateIn(body.certificate)
  const { notAfter } = readCertificate(certificate.raw)
  if (!certificate.ca) refuse(422, 'certificate', 'The certificate is not that of an authority.')
  if (!hasSoundKey(certificate))
    refuse(422, 'certificate', "The authority's key is neither RSA of 2048 to 8192 bits nor on the curve P-256 or P-384.")
  if (body.as === 'issuer' && notAfter <= now)
    refuse(422, 'certificate', `The authority ended at ${notAfter.toISOString()} and can issue nothing.`)
  if (body.as === 'issuer' && body.key === undefined) refuse(422, 'key', 'An authority that is to issue needs its key.')
  const imported = { fingerprint: fingerprintOf(certificate), certificatePem: certificate.toString(), as: body.as }
  return { ...imported, keyPem: body.key === undefined ? null : checkedKey(body.key, body.passphrase, imported.certificatePem) }
}

const certificateIn = (text: string): X509Certificate => {
  try {
    return openCertificate(text)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, 'certificate', error.message)
  }
}

/** Node opens a certificate's key only when asked for it, and throws when it does not know its kind. */
const hasSoundKey = (certificate: X509Certificate): boolean => {
  try {
    return isCertifiable(certificate.publicKey)
  } catch {
    return false
  }
}

/** SCEP decrypts with the key, which only RSA can. */
const checkedKey = (text: string, passphrase: string | undefined, certificatePem: string): string => {
  const key = keyIn(text, passphrase)
  if (!isSoundKey(key)) refuse(422, 'key', 'The key is not RSA of 2048 to 8192 bits, and SCEP can do nothing with others.')
  const keyPem = keyPemOf(key)
  try {
    openAuthority({ certificatePem, keyPem })
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, 'key', error.message)
  }
  return keyPem
}

const keyIn = (text: string, passphrase: string | undefined): KeyObject => {
  try {
    return createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    return text.includes('ENCRYPTED')
      ? refuse(422, 'passphrase', 'The key is encrypted, and this passphrase does not open it.')
      : refuse(422, 'key', 'This is no private key in PEM.')
  }
}
