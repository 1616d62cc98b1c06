import type { KeyObject } from 'node:crypto'
import { verify } from 'node:crypto'
import { promisify } from 'node:util'

export const contentAlgorithms = {
  'aes-128-cbc': { oid: '2.16.840.1.101.3.4.1.2', keyBytes: 16, blockBytes: 16 },
  'aes-256-cbc': { oid: '2.16.840.1.101.3.4.1.42', keyBytes: 32, blockBytes: 16 },
  /** For old devices; single DES is not in this table, nor will it be. */
  'des-ede3-cbc': { oid: '1.2.840.113549.3.7', keyBytes: 24, blockBytes: 8 },
} as const

/** Names as `node:crypto` spells them. */
export type ContentAlgorithm = keyof typeof contentAlgorithms

export const contentAlgorithmOf = (oid: string): ContentAlgorithm | null => {
  const found = Object.entries(contentAlgorithms).find(([, algorithm]) => algorithm.oid === oid)
  return found === undefined ? null : (found[0] as ContentAlgorithm)
}

export type Digest = 'sha1' | 'sha256' | 'sha384' | 'sha512'

export const rsaEncryption = '1.2.840.113549.1.1.1'
export const sha256 = '2.16.840.1.101.3.4.2.1'

/** The digest that an OID names; null for all that is not accepted, MD5 first of all. */
export const digestOf = (oid: string, allowSha1: boolean): Digest | null => accepted(digests.get(oid), allowSha1)

/**
 * The digest of a PKCS #1 v1.5 signature algorithm; null for all that is not accepted. `rsaEncryption`, as many CMS writers say, means
 * the digest algorithm named beside it.
 */
export const signatureDigestOf = (oid: string, beside: Digest | null, allowSha1: boolean): Digest | null =>
  oid === rsaEncryption ? beside : accepted(signatures.get(oid), allowSha1)

/** The digest of an ECDSA signature algorithm; null for all that is not accepted. */
export const ecdsaDigestOf = (oid: string, allowSha1: boolean): Digest | null => accepted(ecdsaSignatures.get(oid), allowSha1)

/** Checks a signature, RSA or ECDSA, off the event loop; false for one that the key cannot have made at all. */
export const isSignedBy = async (
  key: KeyObject,
  digest: Digest,
  content: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> => {
  try {
    return await verifyAside(digest, content, key, signature)
  } catch {
    return false
  }
}

/** RSA of a size that is neither weak nor, as OpenSSL takes 16,384 bits, a way to keep the server busy. */
export const isSoundKey = (key: KeyObject): boolean => {
  const bits = bitsOf(key)
  return key.asymmetricKeyType === 'rsa' && bits >= 2048 && bits <= 8192
}

/** A key that may be certified: a sound one of RSA, or one on P-256 or P-384. Only RSA can open envelopes, so a signer must have it. */
export const isCertifiable = (key: KeyObject): boolean =>
  isSoundKey(key) || (key.asymmetricKeyType === 'ec' && curves.has(key.asymmetricKeyDetails?.namedCurve ?? ''))

export const bitsOf = (key: KeyObject): number => key.asymmetricKeyDetails?.modulusLength ?? 0

/** P-256 and P-384, as OpenSSL calls them. */
const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1'])

const verifyAside = promisify<string, Uint8Array, KeyObject, Uint8Array, boolean>(verify)

const accepted = (digest: Digest | undefined, allowSha1: boolean): Digest | null =>
  digest === undefined || (digest === 'sha1' && !allowSha1) ? null : digest

const digests: ReadonlyMap<string, Digest> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  [sha256, 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

const signatures: ReadonlyMap<string, Digest> = new Map([
  ['1.2.840.113549.1.1.5', 'sha1'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
])

const ecdsaSignatures: ReadonlyMap<string, Digest> = new Map([
  ['1.2.840.10045.4.1', 'sha1'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
])
