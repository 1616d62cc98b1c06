import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import type { Vault } from '../../app/ports.ts'
import { SecretGone } from '../../app/ports.ts'

type DataKey = Readonly<{ keyId: string; key: Buffer }>
type Remembered = DataKey & Readonly<{ since: number }>

/** How many owners' keys are held in memory. */
const keysInMemory = 20_000
/** A destroyed key opens nothing in any process after this time, ms. */
const openingMemoryMs = 60_000
/** Nothing is sealed with a key that was destroyed longer ago, ms: it would be lost. */
const sealingMemoryMs = 2_000

/**
 * A vault whose data keys lie in `vault_keys`, each wrapped by the master key (32 bytes). Losing the table or the master key loses every secret;
 * destroying an owner's key erases what was sealed with it. A row whose key was destroyed stays, so that no key comes back in its place: the next
 * one is of another generation and has another id.
 */
export const postgresVault = (pool: Pool, masterKey: Uint8Array): Vault => {
  if (masterKey.length !== 32) throw new Error(`The master key has ${String(masterKey.length)} bytes, not 32.`)
  const known = leastRecentlyUsed<Remembered>(keysInMemory)

  /** The owner's latest key; `key` null when that was destroyed, all of it null when there never was one. */
  const fetchKey = async (owner: string): Promise<Readonly<{ key: DataKey | null; generation: number | null }>> => {
    const { rows } = await pool.query<{ key_id: string; generation: number; wrapped: Buffer | null }>({
      name: 'vault-key',
      text: 'select key_id, generation, wrapped from vault_keys where owner = $1 order by generation desc limit 1',
      values: [owner],
    })
    const [row] = rows
    known.delete(owner)
    if (row === undefined) return { key: null, generation: null }
    if (row.wrapped === null) return { key: null, generation: row.generation }
    const key = { keyId: row.key_id, key: decrypt(masterKey, `vault/${owner}/${row.key_id}`, row.wrapped) }
    known.set(owner, { ...key, since: Date.now() })
    return { key, generation: row.generation }
  }

  const createKey = async (owner: string, generation: number): Promise<DataKey> => {
    const keyId = randomUUID()
    const wrapped = encrypt(masterKey, `vault/${owner}/${keyId}`, randomBytes(32))
    const text = `insert into vault_keys (owner, generation, key_id, wrapped) values ($1, $2, $3, $4)
      on conflict (owner, generation) do nothing`
    await pool.query(text, [owner, generation, keyId, wrapped])
    const { key } = await fetchKey(owner)
    if (key === null) throw new SecretGone(`The key of ${owner} was destroyed just when it was made.`)
    return key
  }

  const rememberedFor = (owner: string, ms: number): DataKey | null => {
    const key = known.get(owner)
    return key !== undefined && key.since + ms > Date.now() ? key : null
  }

  const keyToSeal = async (owner: string): Promise<DataKey> => {
    const remembered = rememberedFor(owner, sealingMemoryMs)
    if (remembered !== null) return remembered
    const { key, generation } = await fetchKey(owner)
    return key ?? createKey(owner, generation === null ? 0 : generation + 1)
  }

  return {
    seal: async (owner, context, secret) => {
      const { keyId, key } = await keyToSeal(owner)
      const bytes = encrypt(key, aad(owner, context, keyId), secret)
      return { keyId, nonce: bytes.subarray(0, 12).toString('base64url'), sealed: bytes.subarray(12).toString('base64url') }
    },

    open: async (owner, context, { keyId, nonce, sealed }) => {
      const remembered = rememberedFor(owner, openingMemoryMs)
      const data = remembered?.keyId === keyId ? remembered : (await fetchKey(owner)).key
      if (data?.keyId !== keyId) throw new SecretGone(`The key that sealed this secret of ${owner} is gone.`)
      return decrypt(
        data.key,
        aad(owner, context, keyId),
        Buffer.concat([Buffer.from(nonce, 'base64url'), Buffer.from(sealed, 'base64url')]),
      )
    },

    destroy: async (owner, times) => {
      await pool.query(destroyKeys, [owner, times])
      known.delete(owner)
    },
  }
}

/** Leaves a row of the last generation to go, even where there was none: the next key is then of generation `times`, or later. */
const destroyKeys = `
  with gone as (
    update vault_keys set wrapped = null, destroyed_at = coalesce(destroyed_at, now()) where owner = $1 and generation < $2)
  insert into vault_keys (owner, generation, key_id, wrapped, destroyed_at) values ($1, $2 - 1, 'none', null, now())
  on conflict (owner, generation) do nothing`

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
