import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { App } from '../app/app.ts'
import { serverKey } from '../domain/server-keys/server-key.ts'
import { keyIdOf } from '../protocols/audit/signing.ts'
import { keyPemOf } from '../protocols/x509/keys.ts'
import { startCause } from './authority.ts'

/** The key that the server vouches for its log with: Ed25519. `fingerprint`: SHA-256 of the public key's SPKI, lower-case hex. */
export type AuditKey = Readonly<{ fingerprint: string; publicPem: string; privateKey: KeyObject }>

const keyId = 'audit'
const sealContext = `server-key/${keyId}`

/** The key that all processes share; it is made when it is first needed. */
export const auditKeyOf = (app: Pick<App, 'execute' | 'load' | 'vault'>): (() => Promise<AuditKey>) => {
  let known: AuditKey | null = null
  return async () => (known ??= await theKey(app))
}

const theKey = async ({ execute, load, vault }: Pick<App, 'execute' | 'load' | 'vault'>): Promise<AuditKey> => {
  const { state } = await load(serverKey, keyId)
  const made =
    state.key ?? (await vault.seal('server', sealContext, Buffer.from(keyPemOf(generateKeyPairSync('ed25519').privateKey))))
  const now =
    state.key === null
      ? await execute(serverKey, keyId, { type: 'CreateServerKey', data: { key: made } }, startCause())
      : { state }
  const privateKey = createPrivateKey(Buffer.from(await vault.open('server', sealContext, now.state.key ?? made)).toString())
  const publicKey = createPublicKey(privateKey)
  return {
    fingerprint: keyIdOf(publicKey),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey,
  }
}
