import { derOid } from '../der.ts'

/** A digest by the name that node:crypto knows. */
export type DigestName = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** A signature algorithm: the kind of key it takes, and the digest when it names one. */
export type SignatureAlgorithm = Readonly<{ keyType: 'rsa' | 'ec'; digest: DigestName | null }>

const encoded = {
  data: derOid('1.2.840.113549.1.7.1'),
  signedData: derOid('1.2.840.113549.1.7.2'),
  envelopedData: derOid('1.2.840.113549.1.7.3'),
  contentType: derOid('1.2.840.113549.1.9.3'),
  messageDigest: derOid('1.2.840.113549.1.9.4'),
  sha256: derOid('2.16.840.1.101.3.4.2.1'),
  rsaEncryption: derOid('1.2.840.113549.1.1.1'),
  ecdsaWithSha256: derOid('1.2.840.10045.4.3.2'),
} as const

/** Object identifiers, encoded with tag and length. */
export const oids: Readonly<Record<keyof typeof encoded, Uint8Array>> = encoded

/** An encoded object identifier as the key of the tables below. */
export const oidKey = (whole: Uint8Array): string => Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString('latin1')

const table = <T>(entries: Readonly<Record<string, T>>): ReadonlyMap<string, T> =>
  new Map(Object.entries(entries).map(([dotted, value]) => [oidKey(derOid(dotted)), value]))

/** SHA-1 is here because old devices sign with it; to pass off another content under a signature takes a second preimage. */
export const digests: ReadonlyMap<string, DigestName> = table({
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
})

export const signatureAlgorithms: ReadonlyMap<string, SignatureAlgorithm> = table<SignatureAlgorithm>({
  '1.2.840.113549.1.1.1': { keyType: 'rsa', digest: null },
  '1.2.840.113549.1.1.5': { keyType: 'rsa', digest: 'sha1' },
  '1.2.840.113549.1.1.11': { keyType: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { keyType: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { keyType: 'rsa', digest: 'sha512' },
  '1.2.840.10045.2.1': { keyType: 'ec', digest: null },
  '1.2.840.10045.4.1': { keyType: 'ec', digest: 'sha1' },
  '1.2.840.10045.4.3.2': { keyType: 'ec', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { keyType: 'ec', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { keyType: 'ec', digest: 'sha512' },
})
