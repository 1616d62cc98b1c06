import type { KeyObject } from 'node:crypto'
import { createHash, createPublicKey, sign, verify } from 'node:crypto'
import { canonical } from './canonical.ts'

/** What a checkpoint says: after `count` events, the last of them at `position`, the chain stood at `link`. `at` is ISO 8601. */
export type Checkpoint = Readonly<{ position: string; count: number; link: string; at: string; keyId: string }>

/** The name of an Ed25519 key: SHA-256 of its SubjectPublicKeyInfo, lower-case hex. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')

/** The public key in a PEM; null when it is none, or of another kind. */
export const auditKeyIn = (pem: string): KeyObject | null => {
  try {
    const key = createPublicKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? key : null
  } catch {
    return null
  }
}

/** The signature over a checkpoint, base64url. */
export const signCheckpoint = (checkpoint: Checkpoint, privateKey: KeyObject): string =>
  sign(null, checkpointText(checkpoint), privateKey).toString('base64url')

export const isSignedCheckpoint = (checkpoint: Checkpoint, signature: string, publicKey: KeyObject): boolean =>
  verify(null, checkpointText(checkpoint), publicKey, Buffer.from(signature, 'base64url'))

/** The signature over a whole export by the mark of its footer, base64url. */
export const signExport = (mark: string, privateKey: KeyObject): string =>
  sign(null, exportText(mark), privateKey).toString('base64url')

export const isSignedExport = (mark: string, signature: string, publicKey: KeyObject): boolean =>
  verify(null, exportText(mark), publicKey, Buffer.from(signature, 'base64url'))

/** What is signed begins with what it is: a signature for one purpose is none for another. */
const checkpointText = ({ position, count, link, at, keyId }: Checkpoint): Buffer =>
  Buffer.from(`muster audit checkpoint 1\n${canonical({ position, count, link, at, keyId })}`)

const exportText = (mark: string): Buffer => Buffer.from(`muster audit export 1\n${mark}`)

/** The event that carries a checkpoint, and its stream. */
export const checkpointType = 'AuditCheckpointed'
export const checkpointStream = 'audit-main'
