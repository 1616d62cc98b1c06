import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'

/** A self-signed certificate for 127.0.0.1, as PEM: its own authority. Good for a day around now. */
export const selfSigned = (): Readonly<{ key: string; certificate: string }> => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const signing = forge.pki.privateKeyFromPem(key)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.setRsaPublicKey(signing.n, signing.e)
  certificate.serialNumber = '01'
  const day = 86_400_000
  certificate.validity.notBefore = new Date(Date.now() - day)
  certificate.validity.notAfter = new Date(Date.now() + day)
  const name = [{ name: 'commonName', value: 'localhost' }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  const addresses = [
    { type: 2, value: 'localhost' },
    { type: 7, ip: '127.0.0.1' },
  ]
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: addresses },
  ])
  certificate.sign(signing, forge.md.sha256.create())
  return { key, certificate: forge.pki.certificateToPem(certificate) }
}
