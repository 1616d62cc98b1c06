import type { KeyObject, X509Certificate } from 'node:crypto'
import { createHash, sign, timingSafeEqual } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { toDefinite } from '../ber.ts'
import type { Der } from '../der.ts'
import {
  context,
  der,
  derInteger,
  derItemsOf,
  derNull,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  expectDer,
  readDer,
} from '../der.ts'
import { keyIdentifierIn, readCertificateParts } from '../x509/certificate.ts'
import { readOid } from '../x509/values.ts'
import type { Digest } from './algorithms.ts'
import { isSignedBy, rsaEncryption, sha256 } from './algorithms.ts'
import type { Attributes, AttributeValue } from './attributes.ts'
import { attributeOids, octetsValue, readAttributes, writeAttributes } from './attributes.ts'

/** PKCS #7 with exactly one signer and signed attributes, which is all that SCEP uses. Nothing is verified yet. */
export type SignedData = Readonly<{
  content: Uint8Array
  contentType: string
  /** In DER. */
  certificates: readonly Uint8Array[]
  signer: Readonly<{
    /** IssuerAndSerialNumber, or the subject key identifier under tag [0]. */
    id: Der
    digestOid: string
    signatureOid: string
    attributes: Attributes
    /** What the signature is over: the attributes as a SET. */
    signedBytes: Uint8Array
    signature: Uint8Array
  }>
}>

export const contentTypes = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
} as const

/** A message of SCEP has a few kilobytes; this leaves room for chains. */
const maxBytes = 64 * 1024

/** Reads DER, or BER as streaming encoders write it, of at most 64 KiB. Throws `ParseError`. */
export const readSignedData = (bytes: Uint8Array): SignedData => {
  const { content, certificates, signerInfos } = readParts(bytes)
  const [info, ...others] = signerInfos
  if (info === undefined || others.length > 0) throw new ParseError('signerInfos', 'The message has not exactly one signer.')
  const [type, wrapped] = derItemsOf(content, derTag.sequence, 'The signed content')
  return {
    contentType: readOid(type, "The signed content's type"),
    content:
      wrapped === undefined ? new Uint8Array() : expectDer(readDer(wrapped.content), derTag.octetString, 'The content').content,
    certificates,
    signer: readSigner(info),
  }
}

/** The certificates of a SignedData that may well have no signer. Throws `ParseError`. */
export const readCertificates = (bytes: Uint8Array): readonly Uint8Array[] => readParts(bytes).certificates

/** True when a certificate is the one that the signer names. */
export const isSigner = ({ signer }: SignedData, certificateDer: Uint8Array): boolean => {
  const { issuer, serial } = readCertificateParts(certificateDer)
  if (signer.id.tag === derTag.sequence) return Buffer.compare(signer.id.whole, derSequence(issuer.whole, serial.whole)) === 0
  const identifier = keyIdentifierIn(certificateDer)
  return identifier !== null && Buffer.compare(identifier, signer.id.content) === 0
}

/** True when the attributes name this content, by type and digest, and the certificate's key signed them. */
export const isVerified = async (signed: SignedData, certificate: X509Certificate, digest: Digest): Promise<boolean> => {
  const { attributes, signedBytes, signature } = signed.signer
  const claimed = attributes.get(attributeOids.messageDigest)
  const type = attributes.get(attributeOids.contentType)
  const actual = createHash(digest).update(signed.content).digest()
  if (claimed?.tag !== derTag.octetString || claimed.content.length !== actual.length) return false
  if (!timingSafeEqual(claimed.content, actual)) return false
  if (type?.tag !== derTag.oid || readOid(type, 'The content type') !== signed.contentType) return false
  return isSignedBy(certificate.publicKey, digest, signedBytes, signature)
}

/** What to sign and who signs; `certificateDer` is the signer's and travels along. */
export type SigningWish = Readonly<{
  /** Null leaves the content out, as replies without a certificate do. */
  content: Uint8Array | null
  attributes: readonly AttributeValue[]
  certificateDer: Uint8Array
  key: KeyObject
}>

/** Writes a SignedData with SHA-256 and RSA; content type and digest join the given attributes. */
export const writeSignedData = ({ content, attributes, certificateDer, key }: SigningWish): Buffer => {
  const digest = createHash('sha256')
    .update(content ?? new Uint8Array())
    .digest()
  const signed = writeAttributes([
    ['contentType', derOid(contentTypes.data)],
    ['messageDigest', octetsValue(digest)],
    ...attributes,
  ])
  const signerInfo = derSequence(
    derInteger(1),
    issuerAndSerialOf(certificateDer),
    sha256Algorithm,
    // The same bytes, as IMPLICIT [0] instead of SET.
    Buffer.concat([Uint8Array.of(context(0)), signed.subarray(1)]),
    derSequence(derOid(rsaEncryption), derNull),
    octetsValue(sign('sha256', signed, key)),
  )
  const wrapped = content === null ? [] : [der(context(0), octetsValue(content))]
  return writeParts([sha256Algorithm], derSequence(derOid(contentTypes.data), ...wrapped), [certificateDer], [signerInfo])
}

/** The degenerate form: certificates, nothing signed. */
export const writeCertificates = (certificates: readonly Uint8Array[]): Buffer =>
  writeParts([], derSequence(derOid(contentTypes.data)), certificates, [])

/** An IssuerAndSerialNumber that names a certificate. */
export const issuerAndSerialOf = (certificateDer: Uint8Array): Buffer => {
  const { issuer, serial } = readCertificateParts(certificateDer)
  return derSequence(issuer.whole, serial.whole)
}

const readParts = (bytes: Uint8Array) => {
  if (bytes.length > maxBytes) throw new ParseError('message', `The message is larger than ${String(maxBytes)} bytes.`)
  const [type, wrapped] = derItemsOf(readDer(toDefinite(bytes)), derTag.sequence, 'The message')
  if (readOid(type, "The message's type") !== contentTypes.signedData)
    throw new ParseError('message', 'The message is not signed data.')
  const [signedData] = derItemsOf(wrapped, context(0), 'The signed data')
  const [, , content, ...rest] = derItemsOf(signedData, derTag.sequence, 'The signed data')
  const certificates = rest.find(({ tag }) => tag === context(0))
  return {
    content,
    certificates: certificates === undefined ? [] : certificatesIn(certificates),
    signerInfos: derItemsOf(rest.at(-1), derTag.set, 'The list of signers'),
  }
}

/** Other kinds than X.509 certificates have context tags; they are of no use here. */
const certificatesIn = (element: Der): readonly Uint8Array[] =>
  derItemsOf(element, context(0), 'The list of certificates')
    .filter(({ tag }) => tag === derTag.sequence)
    .map(({ whole }) => whole)

const readSigner = (info: Der): SignedData['signer'] => {
  const [, id, digest, attributes, algorithm, signature] = derItemsOf(info, derTag.sequence, 'The signer')
  if (id === undefined) throw new ParseError('signerInfos', 'The signer has no identifier.')
  const { content } = expectDer(attributes, context(0), 'The list of signed attributes')
  return {
    id,
    digestOid: readOid(derItemsOf(digest, derTag.sequence, 'The digest algorithm')[0], 'The digest algorithm'),
    signatureOid: readOid(derItemsOf(algorithm, derTag.sequence, 'The signature algorithm')[0], 'The signature algorithm'),
    attributes: readAttributes(content),
    signedBytes: der(derTag.set, content),
    signature: expectDer(signature, derTag.octetString, 'The signature').content,
  }
}

const writeParts = (
  algorithms: readonly Uint8Array[],
  content: Uint8Array,
  certificates: readonly Uint8Array[],
  signerInfos: readonly Uint8Array[],
): Buffer => {
  const parts = [derSetOf(...algorithms), content, der(context(0), ...certificates), derSetOf(...signerInfos)]
  return derSequence(derOid(contentTypes.signedData), der(context(0), derSequence(derInteger(1), ...parts)))
}

const sha256Algorithm = derSequence(derOid(sha256), derNull)
