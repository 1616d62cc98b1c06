/**
 * Makes the two examples that need a key of their own, and throws the keys away: the profile that carries a root certificate, and the signed
 * one. Run it again only to replace them: `node --import tsx scripts/make-examples.ts`.
 */
import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { signAttached } from '../src/protocols/cms/sign.ts'
import { writePlist } from '../src/protocols/plist/write.ts'
import { createAuthority, createIdentity } from '../src/protocols/x509/authority.ts'
import { nameOf } from '../src/protocols/x509/names.ts'
import { derivedId } from '../src/kernel/ids.ts'

const examples = new URL('../examples/', import.meta.url)
const organization = 'Example Corp'
const day = 24 * 60 * 60 * 1000

const uuidOf = (identifier: string): string => derivedId(`example/${identifier}`).toUpperCase()

const rootProfile = async (): Promise<string> => {
  const { certificatePem } = await createAuthority({ commonName: `${organization} Root CA`, organization, years: 20 })
  const identifier = 'com.example.settings.root-certificate'
  return writePlist({
    PayloadContent: [
      {
        PayloadCertificateFileName: 'example-corp-root-ca.cer',
        PayloadContent: new X509Certificate(certificatePem).raw,
        PayloadDisplayName: `${organization} Root CA`,
        PayloadIdentifier: `${identifier}.root`,
        PayloadType: 'com.apple.security.root',
        PayloadUUID: uuidOf(`${identifier}.root`),
        PayloadVersion: 1,
      },
    ],
    PayloadDescription: 'Trusts the certificates of the internal services.',
    PayloadDisplayName: 'Root certificate',
    PayloadIdentifier: identifier,
    PayloadOrganization: organization,
    PayloadScope: 'System',
    PayloadType: 'Configuration',
    PayloadUUID: uuidOf(identifier),
    PayloadVersion: 1,
  })
}

const signed = async (content: Uint8Array): Promise<Uint8Array> => {
  const authority = await createAuthority({ commonName: `${organization} Profile Signing CA`, organization, years: 20 })
  const now = Date.now()
  const { certificatePem, keyPem } = await createIdentity({
    authority,
    subject: nameOf({ organization, commonName: 'Profile signing' }),
    notBefore: new Date(now),
    notAfter: new Date(now + 19 * 365 * day),
    extKeyUsage: 'clientAuth',
  })
  return signAttached(content, { certificatePem, keyPem, chainPem: authority.certificatePem })
}

await writeFile(new URL('profiles/root-certificate.mobileconfig', examples), await rootProfile())
const gatekeeper = await readFile(new URL('unsigned/gatekeeper.mobileconfig', examples))
await writeFile(new URL('profiles/gatekeeper-signed.mobileconfig', examples), await signed(gatekeeper))
