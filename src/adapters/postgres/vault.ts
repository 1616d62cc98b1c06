import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import type { Vault } from '../../app/ports.ts'
import { SecretGone } from '../../app/ports.ts'

type DataKey = Readonly<{ keyId: string; key: Buffer }>

/** How many owners' keys are held in memory. */
const keysInMemory = 20_000
/** A destroyed key is unknown to every process after this time, ms. */
const keyMemoryMs = 60_000

/**
 * A vault whose data keys lie in `vault_keys`, each wrapped by the master key (32 bytes). Losing the table or the master key loses every
 * secret; destroying an owner's row erases what was sealed for that owner.
 */
export const postgresVault = (pool: Pool, masterKey: Uint8Array): Vault => {
  if (masterKey.length !== 32) throw new Error(`The master key has ${String(masterKey.length)} bytes, not 32.`)
  const known = leastRecentlyUsed<DataKey & Readonly<{ until: number }>>(keysInMemory)

  const fetchKey = async (owner: string): Promise<DataKey | null> => {
    const { rows } = await pool.query<{ key_id: string; wrapped: Buffer | null }>({
      name: 'vault-key',
      text: 'select key_id, wrapped from vault_keys where owner = $1',
      values: [owner],
    })
    const [row] = rows
    if (row === undefined) return null
    if (row.wrapped === null) throw new SecretGone(`The key of ${owner} was destroyed.`)
    const key = { keyId: row.key_id, key: decrypt(masterKey, `vault/${owner}/${row.key_id}`, row.wrapped) }
    known.set(owner, { ...key, until: Date.now() + keyMemoryMs })
    return key
  }

  const createKey = async (owner: string): Promise<DataKey> => {
    const keyId = randomUUID()
    const wrapped = encrypt(masterKey, `vault/${owner}/${keyId}`, randomBytes(32))
    await pool.query('insert into vault_keys (owner, key_id, wrapped) values ($1, $2, $3) on conflict (owner) do nothing', [
      owner,
      keyId,
      wrapped,
    ])
    const key = await fetchKey(owner)
    if (key === null) throw new Error(`The key of ${owner} could not be made.`)
    return key
  }

  const keyOf = async (owner: string): Promise<DataKey | null> => {
    const key = known.get(owner)
    return key !== undefined && key.until > Date.now() ? key : fetchKey(owner)
  }

  return {
    seal: async (owner, context, secret) => {
      const { keyId, key } = (await keyOf(owner)) ?? (await createKey(owner))
      const bytes = encrypt(key, aad(owner, context, keyId), secret)
      return { keyId, nonce: bytes.subarray(0, 12).toString('base64url'), sealed: bytes.subarray(12).toString('base64url') }
    },

    open: async (owner, context, { keyId, nonce, sealed }) => {
      const data = await keyOf(owner)
      if (data?.keyId !== keyId) throw new SecretGone(`The key that sealed this secret of ${owner} is gone.`)
      return decrypt(
        data.key,
        aad(owner, context, keyId),
        Buffer.concat([Buffer.from(nonce, 'base64url'), Buffer.from(sealed, 'base64url')]),
      )
    },

    destroy: async (owner) => {
      await pool.query('update vault_keys set wrapped = null, destroyed_at = now() where owner = $1', [owner])
      known.delete(owner)
    },
  }
}

/** What is authenticated with a secret: it opens only for the owner and purpose that it was sealed for. */
const aad = (owner: string, context: string, keyId: string): string => `${owner}\n${context}\n${keyId}`

/** AES-256-GCM: 12 bytes nonce, ciphertext, 16 bytes tag. */
const encrypt = (key: Uint8Array, associated: string, plain: Uint8Array): Buffer => {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(associated))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

const decrypt = (key: Uint8Array, associated: string, bytes: Buffer): Buffer => {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(associated))
    decipher.setAuthTag(bytes.subarray(-16))
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
  } catch {
    throw new SecretGone('The secret does not open: it was sealed for something else, with another master key, or was altered.')
  }
}
