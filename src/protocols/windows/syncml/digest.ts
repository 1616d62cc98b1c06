import { createHash, timingSafeEqual } from 'node:crypto'

/** What a server keeps of a device's name and password: base64 of their MD5. */
export const credentialHash = (name: string, password: string): string => md5(Buffer.from(`${name}:${password}`))

/**
 * What a device proves that it knows the credential with, for one nonce (`syncml:auth-md5`).
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/33769a92-ac31-47ef-ae7b-dc8501f7104f
 */
export const digestOf = (hash: string, nonce: Uint8Array): string => md5(Buffer.concat([Buffer.from(`${hash}:`), nonce]))

/** Compares in constant time. */
export const isDigest = (told: string, hash: string, nonce: Uint8Array): boolean => {
  const [given, wanted] = [Buffer.from(told), Buffer.from(digestOf(hash, nonce))]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64')
