import type { KeyObject } from 'node:crypto'
import { createHash, createPublicKey } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import type { Der } from '../der.ts'
import { context, der, derInteger, derItemsOf, derOid, derSequence, derSetOf, derTag, readDer } from '../der.ts'
import type { AltNames } from '../x509/alt-names.ts'
import { readAltNames } from '../x509/alt-names.ts'
import type { Extension, KeyUsage } from '../x509/extensions.ts'
import { extensionOids, keyUsage, readExtensions, readUsageBits, subjectAltName, writeExtensions } from '../x509/extensions.ts'
import type { KeyPair } from '../x509/keys.ts'
import { spkiOf } from '../x509/keys.ts'
import type { Name } from '../x509/names.ts'
import { readName, writeName } from '../x509/names.ts'
import { signStructure } from '../x509/signing.ts'
import { readBits, readOid, readText } from '../x509/values.ts'
import { bitsOf, ecdsaDigestOf, isSignedBy, signatureDigestOf } from './algorithms.ts'
import { asciiValue } from './attributes.ts'

/** A PKCS #10 request: what the client wishes, which is not what it gets. */
export type CertificationRequest = Readonly<{
  der: Uint8Array
  /** SHA-256 of the DER, lower-case hex: tells a repeated request from another. */
  hash: string
  subject: Name
  publicKey: KeyObject
  /** RSA modulus length; 0 for other keys. */
  keyBits: number
  /** A secret: never log it, never put it into an event. Null when the request has none. */
  challenge: string | null
  san: AltNames
  keyUsage: readonly KeyUsage[]
  signatureOid: string
  signedBytes: Uint8Array
  signature: Uint8Array
}>

const attributeTypes = {
  challengePassword: '1.2.840.113549.1.9.7',
  extensionRequest: '1.2.840.113549.1.9.14',
  /** The same, as old Windows clients call it. */
  microsoftExtensionRequest: '1.3.6.1.4.1.311.2.1.14',
} as const

/** Reads a request; its signature is not verified yet. Throws `ParseError`. */
export const readCsr = (bytes: Uint8Array): CertificationRequest => {
  const [info, algorithm, signature] = derItemsOf(readDer(bytes), derTag.sequence, 'The request')
  const [, subject, publicKey, attributes] = derItemsOf(info, derTag.sequence, "The request's content")
  if (info === undefined || publicKey === undefined) throw new ParseError('csr', 'The request has no public key.')
  const wishes = attributes === undefined ? new Map<string, Der>() : readWishes(attributes)
  const challenge = wishes.get(attributeTypes.challengePassword)
  const extensions = requestedExtensions(wishes)
  const key = openPublicKey(publicKey.whole)
  return {
    der: bytes,
    hash: createHash('sha256').update(bytes).digest('hex'),
    subject: readName(subject, "The request's subject"),
    publicKey: key,
    keyBits: bitsOf(key),
    challenge: challenge === undefined ? null : readText(challenge, 'The challenge password'),
    san: readAltNames(valueOf(extensions, extensionOids.subjectAltName) ?? derSequence()),
    keyUsage: usagesIn(valueOf(extensions, extensionOids.keyUsage)),
    signatureOid: readOid(derItemsOf(algorithm, derTag.sequence, "The request's algorithm")[0], "The request's algorithm"),
    signedBytes: info.whole,
    signature: readBits(signature, "The request's signature"),
  }
}

/** Whether the request's algorithm is accepted, and then whether its own key signed it. */
export const checkCsrSignature = async (
  csr: CertificationRequest,
  allowSha1: boolean,
): Promise<'valid' | 'invalid' | 'refused'> => {
  const isCurved = csr.publicKey.asymmetricKeyType === 'ec'
  const digest = isCurved ? ecdsaDigestOf(csr.signatureOid, allowSha1) : signatureDigestOf(csr.signatureOid, null, allowSha1)
  if (digest === null) return 'refused'
  return (await isSignedBy(csr.publicKey, digest, csr.signedBytes, csr.signature)) ? 'valid' : 'invalid'
}

export type CsrWish = Readonly<{
  subject: Name
  /** Null leaves the attribute out. */
  challenge: string | null
  keyPair: KeyPair
  san?: AltNames
  keyUsage?: readonly KeyUsage[]
}>

/** Writes a request, signed with SHA-256 and RSA or ECDSA. Throws `ParseError` when the key is of another kind. */
export const writeCsr = ({ subject, challenge, keyPair, san = {}, keyUsage: usages = ['digitalSignature'] }: CsrWish): Buffer => {
  const extensions = writeExtensions([keyUsage(usages), ...subjectAltName(san, false)])
  const attributes = [
    ...(challenge === null ? [] : [writeWish(attributeTypes.challengePassword, asciiValue(challenge))]),
    writeWish(attributeTypes.extensionRequest, extensions),
  ]
  const parts = [derInteger(0), writeName(subject), spkiOf(keyPair.publicKey), writeWishes(attributes)]
  return signStructure(derSequence(...parts), keyPair.privateKey)
}

/** First values by type; a type that comes twice counts once, the first time. */
const readWishes = (attributes: Der): ReadonlyMap<string, Der> => {
  const wishes = new Map<string, Der>()
  for (const item of derItemsOf(attributes, context(0), "The request's attributes")) {
    const [type, values] = derItemsOf(item, derTag.sequence, "A request's attribute")
    const oid = readOid(type, "The type of a request's attribute")
    const [value] = derItemsOf(values, derTag.set, "The value of a request's attribute")
    if (value !== undefined && !wishes.has(oid)) wishes.set(oid, value)
  }
  return wishes
}

const requestedExtensions = (wishes: ReadonlyMap<string, Der>): readonly Extension[] => {
  const wish = wishes.get(attributeTypes.extensionRequest) ?? wishes.get(attributeTypes.microsoftExtensionRequest)
  return wish === undefined ? [] : readExtensions(wish)
}

const valueOf = (extensions: readonly Extension[], wanted: string): Uint8Array | undefined =>
  extensions.find(({ oid }) => oid === wanted)?.value

const usagesIn = (value: Uint8Array | undefined): readonly KeyUsage[] => (value === undefined ? [] : readUsageBits(value))

const openPublicKey = (spki: Uint8Array): KeyObject => {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch {
    throw new ParseError('csr', "The request's public key cannot be read.")
  }
}

const writeWish = (oid: string, value: Uint8Array): Buffer => derSequence(derOid(oid), derSetOf(value))

/** IMPLICIT [0] SET OF. */
const writeWishes = (wishes: readonly Uint8Array[]): Buffer => der(context(0), ...wishes)
