import { createHash, createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto'
import { context, der, derInteger, derNull, derSequence, derSetOf, derTag } from '../der.ts'
import { oids } from './oids.ts'
import { issuerAndSerialOf } from './signers.ts'

/** Who signs: a certificate with its RSA or P-256 key; `chainPem` holds the issuers' certificates, to travel along. */
export type SigningIdentity = Readonly<{ certificatePem: string; keyPem: string; chainPem?: string }>

/** A CMS SignedData in DER around `content`, with SHA-256, as signed configuration profiles are. Throws on a key that does not fit. */
export const signAttached = (content: Uint8Array, identity: SigningIdentity): Uint8Array =>
  signed(content, identity, derSequence(oids.data, der(context(0), der(derTag.octetString, content))))

/** A CMS SignedData in DER without the content, as `Mdm-Signature` is. Throws on a key that does not fit. */
export const signDetached = (content: Uint8Array, identity: SigningIdentity): Uint8Array =>
  signed(content, identity, derSequence(oids.data))

const signed = (content: Uint8Array, identity: SigningIdentity, encapsulated: Uint8Array): Uint8Array => {
  const { key, certificates, signerId, signatureAlgorithm } = templateOf(identity)
  const digest = createHash('sha256').update(content).digest()
  const attributes = derSetOf(
    derSequence(oids.contentType, derSetOf(oids.data)),
    derSequence(oids.messageDigest, derSetOf(der(derTag.octetString, digest))),
  )
  const signature = sign('sha256', attributes, key)
  const implicit = Buffer.concat([Uint8Array.of(context(0)), attributes.subarray(1)])
  const info = derSequence(derInteger(1), signerId, sha256, implicit, signatureAlgorithm, der(derTag.octetString, signature))
  const body = derSequence(derInteger(1), derSetOf(sha256), encapsulated, certificates, derSetOf(info))
  return derSequence(oids.signedData, der(context(0), body))
}

type Template = Readonly<{ key: KeyObject; certificates: Uint8Array; signerId: Uint8Array; signatureAlgorithm: Uint8Array }>

/** Reading a key takes longer than the rest of a signature; an identity is read once for as long as it is held. */
const templates = new WeakMap<SigningIdentity, Template>()

const templateOf = (identity: SigningIdentity): Template => {
  const known = templates.get(identity)
  if (known !== undefined) return known
  const template = readTemplate(identity)
  templates.set(identity, template)
  return template
}

const readTemplate = ({ certificatePem, keyPem, chainPem = '' }: SigningIdentity): Template => {
  const certificate = new X509Certificate(certificatePem)
  const key = createPrivateKey(keyPem)
  if (!certificate.checkPrivateKey(key)) throw new Error('The signing key does not belong to the certificate.')
  const chain = chainPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const { issuer, serial } = issuerAndSerialOf(certificate.raw)
  return {
    key,
    certificates: der(context(0), certificate.raw, ...chain.map((pem) => new X509Certificate(pem).raw)),
    signerId: derSequence(issuer, serial),
    signatureAlgorithm: signatureAlgorithmFor(key),
  }
}

const signatureAlgorithmFor = (key: KeyObject): Uint8Array => {
  if (key.asymmetricKeyType === 'rsa') return derSequence(oids.rsaEncryption, derNull)
  if (key.asymmetricKeyType === 'ec') return derSequence(oids.ecdsaWithSha256)
  throw new Error(`A key of type ${String(key.asymmetricKeyType)} cannot sign; RSA and EC keys can.`)
}

const sha256 = derSequence(oids.sha256, derNull)
