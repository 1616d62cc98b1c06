import { keyIdentifierOf, keyUsage, leafConstraints, subjectKeyIdentifier } from '../x509/extensions.ts'
import { generateRsaKey, keyPemOf, spkiOf } from '../x509/keys.ts'
import { clockSkewMs, pemOf, randomSerial } from '../x509/authority.ts'
import { nameOf, writeName } from '../x509/names.ts'
import { signCertificate } from '../x509/signing.ts'

/** The pair that Apple seals server tokens for: the certificate is handed to Apple, the key never leaves this server. */
export type TokenIdentity = Readonly<{ certificatePem: string; keyPem: string }>

const years = 10

/** Makes an RSA key of 2048 bits and a certificate that it signs itself, for ten years. */
export const createTokenIdentity = async (commonName: string, now: Date): Promise<TokenIdentity> => {
  const { publicKey, privateKey } = await generateRsaKey(2048)
  const key = spkiOf(publicKey)
  const name = writeName(nameOf({ commonName }))
  const notAfter = new Date(now)
  notAfter.setUTCFullYear(now.getUTCFullYear() + years)
  const certificateDer = signCertificate(
    {
      serial: randomSerial(),
      issuer: name,
      subject: name,
      publicKey: key,
      notBefore: new Date(now.getTime() - clockSkewMs),
      notAfter,
      extensions: [
        leafConstraints,
        keyUsage(['digitalSignature', 'keyEncipherment']),
        subjectKeyIdentifier(keyIdentifierOf(key)),
      ],
    },
    privateKey,
  )
  return { certificatePem: pemOf(certificateDer), keyPem: keyPemOf(privateKey) }
}
