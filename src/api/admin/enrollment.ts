import { createPrivateKey } from 'node:crypto'
import type { KeyObject, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { server, theServer } from '../../domain/server/server.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import type { PushCertificateRow } from '../../projections/push-certificates.ts'
import { currentPushCertificate } from '../../projections/push-certificates.ts'
import { openCertificate, readCertificate } from '../../protocols/x509/certificate.ts'
import { readPkcs12 } from '../../protocols/x509/pkcs12.ts'
import { refuse } from '../errors.ts'
import { bodyOf } from '../parsing.ts'
import { answer } from './answer.ts'
import type { AdminDeps, Handlers } from './deps.ts'

const pem = z
  .string()
  .min(1)
  .max(64 * 1024)

const common = { replace_topic: z.boolean().default(false) }

/** Certificate and key in PEM, or the PKCS#12 file (base64) that a keychain exports. */
const upload = z.union([
  z.object({ p12: pem, password: z.string().max(1000), ...common }),
  z.object({ certificate: pem, key: pem, ...common }),
])

type EnrollmentRoutes = Pick<Handlers, 'GET /mdm/apple/push_certificate' | 'POST /mdm/apple/push_certificate'>

/** The push certificate of the server. */
export const enrollmentRoutes = ({ app }: Pick<AdminDeps, 'app'>): EnrollmentRoutes => ({
  'GET /mdm/apple/push_certificate': async (_, response) => {
    const [row] = await app.read(currentPushCertificate())
    if (row === undefined) return refuse(404, 'base', 'No push certificate was uploaded yet.')
    response.json(present(row))
  },

  'POST /mdm/apple/push_certificate': async (request, response, { cause }) => {
    const uploaded = bodyOf(upload, request)
    const { topic, notAfter, certificatePem, keyPem } = checked(pairIn(uploaded), app.clock())
    const sealed = await app.vault.seal('server', `push-key/${topic}`, Buffer.from(keyPem))
    const data = { topic, certificatePem, key: sealed, notAfter: notAfter.toISOString(), replaceTopic: uploaded.replace_topic }
    const executed = await app.execute(server, theServer, { type: 'UploadPushCertificate', data }, cause)
    await answer(app, response, executed, () => ({ topic, not_after: data.notAfter }))
  },
})

type PushIdentity = Readonly<{ topic: string; notAfter: Date; certificatePem: string; keyPem: string }>

/** Refuses with 422, naming `certificate` or `key`. Both come back in one form, whatever stood around them. */
const checked = ({ certificate, key }: Readonly<{ certificate: string; key: string }>, now: Date): PushIdentity => {
  const opened = certificateIn(certificate)
  const { topic, notAfter } = readCertificate(opened.raw)
  if (topic === null || !/^com\.apple\.mgmt\.[\w.-]{1,200}$/.test(topic))
    return refuse(422, 'certificate', 'The certificate is no push certificate for MDM: its UID is no com.apple.mgmt topic.')
  if (notAfter <= now) refuse(422, 'certificate', `The certificate expired at ${notAfter.toISOString()}.`)
  const privateKey = keyIn(key)
  if (!opened.checkPrivateKey(privateKey)) refuse(422, 'key', 'The key does not belong to the certificate.')
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { topic, notAfter, certificatePem: opened.toString(), keyPem }
}

const pairIn = (uploaded: z.infer<typeof upload>): Readonly<{ certificate: string; key: string }> => {
  if ('certificate' in uploaded) return uploaded
  try {
    const { certificatePem, keyPem } = readPkcs12(Buffer.from(uploaded.p12, 'base64'), uploaded.password)
    return { certificate: certificatePem, key: keyPem }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, error.field, error.message)
  }
}

const certificateIn = (text: string): X509Certificate => {
  try {
    return openCertificate(text)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, 'certificate', error.message)
  }
}

const keyIn = (text: string): KeyObject => {
  try {
    return createPrivateKey(text)
  } catch {
    return refuse(422, 'key', 'This is no private key in PEM without a passphrase.')
  }
}

const present = ({ topic, not_after, uploaded_at, certificate_pem }: PushCertificateRow) => ({
  topic,
  not_after,
  uploaded_at,
  serial: readCertificate(certificate_pem).serial,
})
