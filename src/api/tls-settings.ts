import type { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { App } from '../app/app.ts'
import type { Config } from '../config.ts'
import { publicUrlOf } from '../config.ts'
import { openCertificate } from '../protocols/x509/certificate.ts'
import { eldestOf } from './authorities.ts'
import { serverIdentity } from './authority.ts'
import type { Tls } from './listen.ts'
import type { Trust } from './trust.ts'

/** What devices pin, if they do: the own authorities as they stand, or the certificates of the file. */
export const pinsOf = async ({ MUSTER_TLS_PINNING, MUSTER_TLS_PINS }: Config, own: Anchors): Promise<Anchors> => {
  const configured = (await certificatesIn(MUSTER_TLS_PINS)).map(({ raw }) => raw)
  if (!MUSTER_TLS_PINNING) return () => []
  return MUSTER_TLS_PINS === undefined ? own : () => configured
}

type Anchors = () => readonly Uint8Array[]

/** The certificates of a PEM file; none when none is named. */
export const certificatesIn = async (path: string | undefined): Promise<readonly X509Certificate[]> => {
  if (path === undefined) return []
  const found = (await readFile(path, 'utf8')).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (found.length === 0) throw new Error(`The file ${path} holds no certificate in PEM.`)
  return found.map((pem) => openCertificate(pem))
}

/** The certificate and key that Muster serves its own TLS with; null: something before it does. */
export const tlsOf = async (config: Config, trust: Trust, clock: App['clock']): Promise<Tls | null> => {
  const { MUSTER_TLS, MUSTER_TLS_CERT, MUSTER_TLS_KEY } = config
  if (MUSTER_TLS === 'off') return null
  const clientCa = config.MUSTER_DEVICE_IDENTITY === 'tls' ? trustedPem(trust) : null
  if (MUSTER_TLS === 'files' && MUSTER_TLS_CERT !== undefined && MUSTER_TLS_KEY !== undefined)
    return { certificatePem: await readFile(MUSTER_TLS_CERT, 'utf8'), keyPem: await readFile(MUSTER_TLS_KEY, 'utf8'), clientCa }
  const { certificatePem, keyPem } = await serverIdentity(eldestOf(trust.authorities(), clock()), publicUrlOf(config), clock)
  return { certificatePem, keyPem, clientCa }
}

/** The authorities that a client is told it may show a certificate of. */
export const trustedPem = (trust: Trust): string =>
  trust
    .authorities()
    .trusted.map((certificate) => certificate.toString())
    .join('')
