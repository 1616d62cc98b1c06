import forge from 'node-forge'
import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** A certificate and its key, both PEM. */
export type Pair = Readonly<{ certificatePem: string; keyPem: string }>

const day = 24 * 60 * 60 * 1000

type Wanted = Readonly<{
  subject: readonly forge.pki.CertificateField[]
  extensions: readonly object[]
  issuer?: Pair
  notAfter?: Date
  /** The certificate is for this key (PEM), whose other half the caller has. */
  publicKeyPem?: string
}>

const issue = ({ subject, extensions, issuer, notAfter, publicKeyPem }: Wanted): Pair => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKeyPem ?? publicKey)
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(Date.now() - 400 * day)
  certificate.validity.notAfter = notAfter ?? new Date(Date.now() + day)
  certificate.setSubject([...subject])
  certificate.setIssuer(
    issuer === undefined ? [...subject] : forge.pki.certificateFromPem(issuer.certificatePem).subject.attributes,
  )
  certificate.setExtensions([...extensions])
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.keyPem ?? privateKey), forge.md.sha256.create())
  return { certificatePem: forge.pki.certificateToPem(certificate), keyPem: privateKey }
}

/** A throw-away authority. */
export const testAuthority = (name: string): Pair =>
  issue({
    subject: [{ name: 'commonName', value: name }],
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })

/** A server's certificate for localhost and 127.0.0.1. */
export const testServerCertificate = (issuer: Pair): Pair =>
  issue({
    issuer,
    subject: [{ name: 'commonName', value: 'localhost' }],
    extensions: [
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })

/** A push certificate: the topic as UID, and Apple's two marks for the development and the production service. */
export const testPushCertificate = (issuer: Pair, topic: string, notAfter?: Date, publicKeyPem?: string): Pair =>
  issue({
    issuer,
    ...(notAfter === undefined ? {} : { notAfter }),
    ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
    subject: [
      { type: '0.9.2342.19200300.100.1.1', value: topic },
      { name: 'commonName', value: `APSP:${topic}` },
    ],
    extensions: [
      { name: 'extKeyUsage', clientAuth: true },
      { id: '1.2.840.113635.100.6.3.1', value: asn1Null },
      { id: '1.2.840.113635.100.6.3.2', value: asn1Null },
    ],
  })

const asn1Null = '\x05\x00'
