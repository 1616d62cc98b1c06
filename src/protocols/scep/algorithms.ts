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

/** Checks an RSA signature off the event loop; false for one that the key cannot have made at all. */
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

export const bitsOf = (key: KeyObject): number => key.asymmetricKeyDetails?.modulusLength ?? 0

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
