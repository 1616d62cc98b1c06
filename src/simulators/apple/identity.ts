import { createHash, X509Certificate } from 'node:crypto'
import { readCaCert } from '../../protocols/scep/ca.ts'
import { createCsr, createSigner, readCertRep, writePkcsReq } from '../../protocols/scep/client.ts'
import type { KeyPair } from '../../protocols/x509/keys.ts'
import { generateRsaKey, keyPemOf } from '../../protocols/x509/keys.ts'
import type { ScepSettings } from './enrollment.ts'
import { DeviceFailure } from './failure.ts'
import type { DeviceReply, Network } from './network.ts'

/** What a device proves itself with. */
export type Identity = Readonly<{ certificatePem: string; keyPem: string; certificateDer: Uint8Array }>

export type IdentityWish = Readonly<{
  settings: ScepSettings
  /** Tells this request from those of other devices, even from one with the same key and subject. */
  transactionId: string
  /** Generated when absent, which takes its time. */
  keyPair: KeyPair | undefined
}>

/**
 * Gets a certificate over SCEP, as a profile tells: capabilities, authority (compared with the profile's fingerprint), PKCSReq. Throws `DeviceFailure` `scep` on a refusal, `ParseError` on a malformed answer.
 */
export const obtainIdentity = async (network: Network, { settings, transactionId, keyPair }: IdentityWish): Promise<Identity> => {
  const capabilities = await capabilitiesOf(network, settings)
  const caCertificateDer = await authorityOf(network, settings)
  const key = keyPair ?? (await generateRsaKey(Math.max(settings.keySize, 2048)))
  const { csrDer } = await createCsr({ subject: settings.subject, challenge: settings.challenge, keyPair: key })
  const sent = writePkcsReq({ csrDer, caCertificateDer, signer: createSigner({ keyPair: key }), transactionId })
  const reply = bodyOf(await send(network, settings, sent.message, capabilities), 'PKIOperation')
  const answer = await readCertRep(reply, { sent, caCertificateDer })
  if (answer.status === 'pending') throw new DeviceFailure('scep', 'The authority has not decided yet.')
  if (answer.status === 'failure')
    throw new DeviceFailure('scep', `The authority refused with ${answer.failInfo}: ${answer.text ?? 'no reason given'}.`)
  const certificate = new X509Certificate(answer.certificateDer)
  if (!certificate.checkPrivateKey(key.privateKey)) throw new DeviceFailure('scep', 'The certificate is for another key.')
  return { certificatePem: certificate.toString(), keyPem: keyPemOf(key.privateKey), certificateDer: answer.certificateDer }
}

const capabilitiesOf = async (network: Network, settings: ScepSettings): Promise<readonly string[]> => {
  const reply = await network.send({ method: 'GET', url: addressOf(settings, 'GetCACaps') })
  return bodyOf(reply, 'GetCACaps').toString('latin1').trim().split(/\s+/)
}

const authorityOf = async (network: Network, settings: ScepSettings): Promise<Uint8Array> => {
  const reply = await network.send({ method: 'GET', url: addressOf(settings, 'GetCACert', settings.name) })
  const [certificate] = readCaCert(bodyOf(reply, 'GetCACert'))
  if (certificate === undefined) throw new DeviceFailure('scep', 'The authority has no certificate.')
  mustMatch(certificate, settings.caFingerprint)
  return certificate
}

/** Apple tells the digest by its length. */
const mustMatch = (certificate: Uint8Array, fingerprint: Uint8Array | null): void => {
  if (fingerprint === null) return
  const algorithm = digestByLength.get(fingerprint.length)
  if (algorithm === undefined) throw new DeviceFailure('bad-profile', 'CAFingerprint is no MD5, SHA-1 or SHA-256.')
  if (Buffer.compare(createHash(algorithm).update(certificate).digest(), fingerprint) !== 0)
    throw new DeviceFailure('scep', "The authority's certificate is not the one that the profile names.")
}

const digestByLength: ReadonlyMap<number, string> = new Map([
  [16, 'md5'],
  [20, 'sha1'],
  [32, 'sha256'],
])

const send = (
  network: Network,
  settings: ScepSettings,
  message: Uint8Array,
  capabilities: readonly string[],
): Promise<DeviceReply> => {
  if (!capabilities.includes('POSTPKIOperation') && !capabilities.includes('SCEPStandard'))
    return network.send({ method: 'GET', url: addressOf(settings, 'PKIOperation', Buffer.from(message).toString('base64')) })
  const headers = { 'content-type': 'application/x-pki-message' }
  return network.send({ method: 'POST', url: addressOf(settings, 'PKIOperation'), headers, body: message })
}

/** The URL as Apple builds it: the query is appended to whatever the profile says. */
const addressOf = ({ url }: ScepSettings, operation: string, message = ''): string =>
  `${url}?operation=${operation}${message === '' ? '' : `&message=${encodeURIComponent(message)}`}`

const bodyOf = ({ status, body }: DeviceReply, operation: string): Buffer => {
  if (status !== 200) throw new DeviceFailure('scep', `${operation} was answered with ${String(status)}.`, { status })
  return body
}
