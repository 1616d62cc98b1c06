import { createHash, timingSafeEqual, verify, type KeyObject, type X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import { ParseError } from '../../kernel/parse-error.ts'
import { context, derItemsOf, derTag, expectDer, readDerItems, type Der } from '../der.ts'
import { digests, oidKey, oids, signatureAlgorithms, type DigestName } from './oids.ts'
import { keyIdentifierIn } from '../x509/certificate.ts'
import { asSignature, isSame, readSignedData, type SignedData } from './signed-data.ts'
import { remember, signerOf, type Signer } from './signers.ts'

/** `fingerprint` is the lower-case hex SHA-256 of the certificate's DER. */
export type Verified = Readonly<{ certificate: X509Certificate; fingerprint: string }>

/**
 * Verifies a detached CMS signature with exactly one signer, whose certificate travels with it, as `Mdm-Signature` has. RSA (PKCS #1) and
 * ECDSA. Says who signed, not whether that certificate is trusted or in date: chain and dates are the caller's.
 * Throws `ParseError` (field `signature`) when it is malformed or does not fit the content.
 */
export const verifyDetached = (signature: Uint8Array, content: Uint8Array): Verified =>
  asSignature(() => {
    const { signer, info, bytes } = readDetached(signature, content)
    if (!verify(info.digest, bytes, signer.publicKey, info.signature)) refuse('The signature does not fit what it signs.')
    return known(signer)
  })

const readDetached = (signature: Uint8Array, content: Uint8Array): Signing => {
  const signed = readSignedData(signature)
  if (signed.content !== null) refuse('The signature is not detached: it brings content of its own.')
  return signingIn(signed, content)
}

/** As `verifyDetached`, but what takes time is done on a thread of its own, and the event loop goes on meanwhile. */
export const verifyDetachedOffLoop = async (signature: Uint8Array, content: Uint8Array): Promise<Verified> => {
  const { signer, info, bytes } = asSignature(() => readDetached(signature, content))
  if (await verifyOffLoop(info.digest, bytes, signer.publicKey, info.signature)) return known(signer)
  return refuse('The signature does not fit what it signs.')
}

const verifyOffLoop = promisify(verify) as (
  ...args: readonly [digest: string, bytes: Uint8Array, key: KeyObject, signature: Uint8Array]
) => Promise<boolean>

/** The certificate that a detached signature says it was made with; nothing is verified. Throws `ParseError` (field `signature`). */
export const claimedSigner = (signature: Uint8Array): X509Certificate =>
  asSignature(() => {
    const signed = readSignedData(signature)
    return signerNamed(signed.certificates, readSignerInfo(signed)).certificate
  })

/** Verifies that the one signer of `signed` signed `content`. Throws `ParseError` (field `signature`, within `asSignature`). */
export const verifySigner = (signed: SignedData, content: Uint8Array): Verified => {
  const { signer, info, bytes } = signingIn(signed, content)
  if (!verify(info.digest, bytes, signer.publicKey, info.signature)) refuse('The signature does not fit what it signs.')
  return known(signer)
}

/** Who says to have signed which bytes; all is looked at but the signature itself. */
type Signing = Readonly<{ signer: Signer; info: SignerInfo; bytes: Uint8Array }>

const signingIn = (signed: SignedData, content: Uint8Array): Signing => {
  const info = readSignerInfo(signed)
  const signer = signerNamed(signed.certificates, info)
  if (signer.publicKey.asymmetricKeyType !== info.keyType) refuse("The signature's algorithm does not fit the certificate's key.")
  return { signer, info, bytes: signedBytes(info, signed.contentType, content) }
}

const known = (signer: Signer): Verified => {
  remember(signer)
  return { certificate: signer.certificate, fingerprint: signer.fingerprint }
}

/** How a SignerInfo names its certificate (RFC 5652 §5.3): by what it says of itself, or by the identifier of its key. */
type SignerId = Readonly<{ issuer: Uint8Array; serial: Uint8Array }> | Readonly<{ keyIdentifier: Uint8Array }>

type SignerInfo = Readonly<{
  id: SignerId
  digest: DigestName
  keyType: 'rsa' | 'ec'
  attributes: Der | null
  signature: Uint8Array
}>

const readSignerInfo = ({ signerInfos }: SignedData): SignerInfo => {
  const [info, ...others] = signerInfos
  if (info === undefined || others.length > 0) return refuse('The signature has not exactly one signer.')
  const [, id, digestAlgorithm, ...rest] = derItemsOf(info, derTag.sequence, 'The signer')
  const attributes = rest[0]?.tag === context(0) ? rest[0] : null
  const [signatureAlgorithm, signature] = attributes === null ? rest : rest.slice(1)
  const digest = digests.get(algorithmIn(digestAlgorithm)) ?? refuse("The signature's digest is not known.")
  const algorithm = signatureAlgorithms.get(algorithmIn(signatureAlgorithm)) ?? refuse("The signature's algorithm is not known.")
  if (algorithm.digest !== null && algorithm.digest !== digest) return refuse('The signature names two different digests.')
  return {
    id: signerIdIn(id),
    digest,
    keyType: algorithm.keyType,
    attributes,
    signature: expectDer(signature, derTag.octetString, 'The signature').content,
  }
}

const signerIdIn = (id: Der | undefined): SignerId => {
  if (id?.tag === keyIdentifierTag) return { keyIdentifier: id.content }
  if (id?.tag !== derTag.sequence) return refuse('The signer is named neither by issuer and serial number nor by its key.')
  const [issuer, serial] = readDerItems(id.content)
  return {
    issuer: expectDer(issuer, derTag.sequence, "The signer's issuer").whole,
    serial: expectDer(serial, derTag.integer, "The signer's serial number").whole,
  }
}

const algorithmIn = (algorithm: Der | undefined): string =>
  oidKey(expectDer(derItemsOf(algorithm, derTag.sequence, 'An algorithm')[0], derTag.oid, 'An algorithm').whole)

/** `[0]`, without tags within. */
const keyIdentifierTag = 0x80

/** At most this many certificates are looked at; devices send their own and perhaps its issuers. */
const maxCertificates = 10

const signerNamed = (certificates: readonly Uint8Array[], { id }: SignerInfo): Signer => {
  if (certificates.length > maxCertificates) return refuse('The signature brings too many certificates.')
  for (const certificate of certificates) {
    const signer = signerOf(certificate)
    if (isNamed(signer, id)) return signer
  }
  return refuse("The signer's certificate is missing.")
}

const isNamed = (signer: Signer, id: SignerId): boolean => {
  if ('issuer' in id) return isSame(signer.serial, id.serial) && isSame(signer.issuer, id.issuer)
  const identifier = keyIdentifierIn(signer.certificate.raw)
  return identifier !== null && isSame(identifier, id.keyIdentifier)
}

/** What the signature is over: the attributes, as a SET, once they are seen to name this content; or the content itself. */
const signedBytes = ({ attributes, digest }: SignerInfo, contentType: Uint8Array, content: Uint8Array): Uint8Array => {
  if (attributes === null) return content
  const found = readAttributes(attributes)
  const claimed = found.get(oidKey(oids.messageDigest))
  const type = found.get(oidKey(oids.contentType))
  if (claimed?.tag !== derTag.octetString || type === undefined)
    return refuse('The signed attributes lack the content type or its digest.')
  if (!isSame(type.whole, contentType)) refuse('The signed attributes name another type of content.')
  const actual = createHash(digest).update(content).digest()
  if (claimed.content.length !== actual.length || !timingSafeEqual(claimed.content, actual))
    refuse('The signature is over other content.')
  const asSet = Buffer.from(attributes.whole)
  asSet[0] = derTag.set
  return asSet
}

/** Each attribute's only value; one that stands twice or has several values is refused. */
const readAttributes = (attributes: Der): ReadonlyMap<string, Der> => {
  const found = new Map<string, Der>()
  for (const attribute of readDerItems(attributes.content)) {
    const [name, values] = derItemsOf(attribute, derTag.sequence, 'A signed attribute')
    const key = oidKey(expectDer(name, derTag.oid, "A signed attribute's name").whole)
    const [value, ...others] = derItemsOf(values, derTag.set, "A signed attribute's values")
    if (value !== undefined && others.length === 0 && !found.has(key)) found.set(key, value)
    else if (key === oidKey(oids.messageDigest) || key === oidKey(oids.contentType)) refuse('A signed attribute is not single.')
  }
  return found
}

const refuse = (reason: string): never => {
  throw new ParseError('signature', reason)
}
