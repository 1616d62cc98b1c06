import type { KeyObject } from 'node:crypto'
import { createPrivateKey, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'

export type KeyPair = Readonly<{ publicKey: KeyObject; privateKey: KeyObject }>

/** Makes an RSA key of 2048 to 4096 bits off the event loop. Throws `RangeError` on another size. */
export const generateRsaKey = (keyBits: number): Promise<KeyPair> => {
  if (!Number.isInteger(keyBits) || keyBits < 2048 || keyBits > 4096)
    throw new RangeError(`An RSA key has 2048 to 4096 bits, not ${String(keyBits)}.`)
  return promisify(generateKeyPair)('rsa', { modulusLength: keyBits })
}

/** The SubjectPublicKeyInfo of a public key, in DER. */
export const spkiOf = (publicKey: KeyObject): Buffer => publicKey.export({ type: 'spki', format: 'der' })

/** PKCS #8, not encrypted. */
export const keyPemOf = (privateKey: KeyObject): string => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** PKCS #8, encrypted with AES-256 and a passphrase. Throws when the key is no private key in PEM. */
export const encryptedKeyPem = (keyPem: string, passphrase: string): string =>
  createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()
