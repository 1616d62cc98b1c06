import { createHash, createPrivateKey, sign } from 'node:crypto'
import type { KeyObject, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { server, theServer } from '../../../domain/server/server.ts'
import type { Cause } from '../../../kernel/event.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import type { PushCertificateRow } from '../../../projections/push-certificates.ts'
import { currentPushCertificate, devicesBeyondTopic } from '../../../projections/push-certificates.ts'
import { openCertificate, readCertificate } from '../../../protocols/x509/certificate.ts'
import { readPkcs12 } from '../../../protocols/x509/pkcs12.ts'
import { writePlist } from '../../../protocols/plist/write.ts'
import { writeCsr } from '../../../protocols/scep/csr.ts'
import { generateRsaKey, keyPemOf, spkiOf } from '../../../protocols/x509/keys.ts'
import { nameOf } from '../../../protocols/x509/names.ts'
import { expiryWarning } from '../../../domain/server/expiry.ts'
import { refuse } from '../../errors.ts'
import { bodyOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { AdminDeps, Handlers } from '../deps.ts'

const pem = z
  .string()
  .min(1)
  .max(64 * 1024)

const common = { replace_topic: z.boolean().default(false) }

/** Certificate and key in PEM, or the PKCS#12 file (base64) that a keychain exports. */
export const upload = z.union([
  z.object({ p12: pem, password: z.string().max(1000), ...common }),
  /** Without a key: it was made here, with the request for the certificate. */
  z.object({ certificate: pem, key: pem.optional(), ...common }),
])

export const vendorRequest = z.object({ vendor_certificate_chain: pem, vendor_key: pem }).partial()

type PushCertificateRoutes = Pick<
  Handlers,
  'GET /mdm/apple/push_certificate' | 'POST /mdm/apple/push_certificate' | 'POST /mdm/apple/push_certificate/requests'
>

/** The push certificate of the server: asking Apple for one, uploading it, and how long it lasts. */
export const pushCertificateRoutes = ({ app, settings }: Pick<AdminDeps, 'app' | 'settings'>): PushCertificateRoutes => ({
  'GET /mdm/apple/push_certificate': async (_, response) => {
    const [row] = await app.read(currentPushCertificate())
    if (row === undefined) return refuse(404, 'base', 'No push certificate was uploaded yet.')
    response.json(present(row, await beyond(app, row.topic), app.clock()))
  },

  'POST /mdm/apple/push_certificate': async (request, response, { cause }) => {
    const uploaded = bodyOf(upload, request)
    const pair = await pairIn(app, uploaded)
    const executed = await uploadPushCertificate(app, { ...pair, replaceTopic: uploaded.replace_topic }, cause)
    const outOfReach = await beyond(app, executed.topic)
    await answer(app, response, executed, () => ({
      topic: executed.topic,
      not_after: executed.notAfter,
      warning: beyondText(outOfReach),
    }))
  },

  'POST /mdm/apple/push_certificate/requests': async (request, response, { cause }) => {
    const vendor = bodyOf(vendorRequest, request)
    const keyPair = await generateRsaKey(2048)
    const csr = writeCsr({
      subject: nameOf({ commonName: `${settings.organization} MDM push`, organization: settings.organization }),
      challenge: null,
      keyPair,
    })
    const publicKey = publicKeyHash(keyPair.publicKey)
    const csrPem = pemOf('CERTIFICATE REQUEST', csr)
    const key = await app.vault.seal('server', `push-request/${publicKey}`, Buffer.from(keyPemOf(keyPair.privateKey)))
    const data = { publicKey, csrPem, key }
    const signed = vendorSigned(csr, vendor)
    const executed = await app.execute(server, theServer, { type: 'RequestPushCertificate', data }, cause)
    await answer(app, response, executed, () => ({
      csr: csrPem,
      ...(signed === null ? {} : { push_certificate_request: signed }),
    }))
  },
})

/** Checks an upload (PEM both) and makes it the server's. Refuses with 422 naming `certificate` or `key`; 409 when the topic is another. */
export const uploadPushCertificate = async (
  app: Pick<App, 'vault' | 'execute' | 'clock'>,
  { certificate, key, replaceTopic }: Readonly<{ certificate: string; key: string; replaceTopic: boolean }>,
  cause: Cause,
) => {
  const { topic, notAfter, certificatePem, keyPem } = checked({ certificate, key }, app.clock())
  const sealed = await app.vault.seal('server', `push-key/${topic}`, Buffer.from(keyPem))
  const data = { topic, certificatePem, key: sealed, notAfter: notAfter.toISOString(), replaceTopic }
  const { position } = await app.execute(server, theServer, { type: 'UploadPushCertificate', data }, cause)
  return { position, topic, notAfter: data.notAfter }
}

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

const pairIn = async (
  app: Pick<App, 'load' | 'vault'>,
  uploaded: z.infer<typeof upload>,
): Promise<Readonly<{ certificate: string; key: string }>> => {
  if ('certificate' in uploaded) {
    const { certificate, key } = uploaded
    return { certificate, key: key ?? (await requestedKey(app, certificateIn(certificate))) }
  }
  try {
    const { certificatePem, keyPem } = readPkcs12(Buffer.from(uploaded.p12, 'base64'), uploaded.password)
    return { certificate: certificatePem, key: keyPem }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, error.field, error.message)
  }
}

const certificateIn = (text: string, field = 'certificate'): X509Certificate => {
  try {
    return openCertificate(text)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, field, error.message)
  }
}

const keyIn = (text: string, field = 'key'): KeyObject => {
  try {
    return createPrivateKey(text)
  } catch {
    return refuse(422, field, 'This is no private key in PEM without a passphrase.')
  }
}

/** The key that was made with the request for this certificate. */
const requestedKey = async ({ load, vault }: Pick<App, 'load' | 'vault'>, certificate: X509Certificate): Promise<string> => {
  const publicKey = publicKeyHash(certificate.publicKey)
  const sealed = (await load(server, theServer)).state.pushRequests[publicKey]
  if (sealed === undefined) return refuse(422, 'key', 'The key is missing, and the certificate was not requested here.')
  return Buffer.from(await vault.open('server', `push-request/${publicKey}`, sealed)).toString()
}

const publicKeyHash = (key: KeyObject): string => createHash('sha256').update(spkiOf(key)).digest('hex')

/**
 * What Apple's push portal takes from an MDM vendor: the request, signed with the vendor's key. Null without a vendor.
 * https://developer.apple.com/documentation/devicemanagement/setting-up-push-notifications-for-your-mdm-customers
 */
const vendorSigned = (csr: Uint8Array, vendor: z.infer<typeof vendorRequest>): string | null => {
  const { vendor_certificate_chain: chain, vendor_key: key } = vendor
  if (chain === undefined || key === undefined) return null
  const vendorKey = keyIn(key, 'vendor_key')
  if (!certificateIn(chain, 'vendor_certificate_chain').checkPrivateKey(vendorKey))
    refuse(422, 'vendor_key', 'The key does not belong to the first certificate of the chain.')
  const plist = writePlist({
    PushCertRequestCSR: Buffer.from(csr).toString('base64'),
    PushCertCertificateChain: chain,
    PushCertSignature: sign('sha256', csr, vendorKey).toString('base64'),
  })
  return Buffer.from(plist).toString('base64')
}

const pemOf = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/(.{64})(?!$)/g, '$1\n')}\n-----END ${label}-----\n`

type Beyond = Readonly<{ count: number; names: readonly string[] }>

const beyond = async ({ read }: Pick<App, 'read'>, topic: string): Promise<Beyond> =>
  (await read(devicesBeyondTopic(topic, 5)))[0] ?? { count: 0, names: [] }

/**
 * The topic is in a device's enrollment profile, and an update of it that changes the topic is refused.
 * https://developer.apple.com/documentation/devicemanagement/mdm
 */
const beyondText = ({ count, names }: Beyond): string | null => {
  if (count === 0) return null
  const more = count > names.length ? ` and ${String(count - names.length)} others` : ''
  const which =
    count === 1
      ? '1 device enrolled under another topic and cannot'
      : `${String(count)} devices enrolled under another topic and cannot`
  return `${which} be woken: ${names.join(', ')}${more}. No update of a profile can change that; they must enroll again. Until then they are served when they call.`
}

export const present = (
  { topic, not_after, uploaded_at, certificate_pem }: PushCertificateRow,
  outOfReach: Beyond,
  now: Date,
) => {
  const daysLeft = Math.floor((Date.parse(not_after) - now.getTime()) / dayMs)
  return {
    topic,
    not_after,
    uploaded_at,
    serial: readCertificate(certificate_pem).serial,
    days_left: daysLeft,
    devices_out_of_reach: outOfReach.count,
    warning: [expiryWarning(daysLeft), beyondText(outOfReach)].filter((one) => one !== null).join(' ') || null,
  }
}

const dayMs = 24 * 60 * 60 * 1000
