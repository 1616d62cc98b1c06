import assert from 'node:assert/strict'
import { postgresVault } from '../../../src/adapters/postgres/vault.ts'
import { createOperationalTables } from '../../../src/adapters/postgres/operational-tables.ts'
import type { Vault } from '../../../src/app/ports.ts'
import { SecretGone } from '../../../src/app/ports.ts'
import type { Operational } from './operational.ts'
import { openOperational } from './operational.ts'

const master = Buffer.alloc(32, 7)
const secret = Buffer.from('a push token')

describe('the vault', function () {
  this.timeout(30_000)
  let tables: Operational
  let vault: Vault
  before(async () => {
    tables = await openOperational()
  })
  after(() => tables.close())
  beforeEach(() => {
    vault = postgresVault(tables.pool, master)
  })
  const another = (key: Uint8Array = master): Vault => postgresVault(tables.pool, key)

  it('opens what it sealed, in another process too, and shows nothing of it', async () => {
    const sealed = await vault.seal('host-1', 'push/device', secret)
    assert.deepEqual(await vault.open('host-1', 'push/device', sealed), secret)
    assert.deepEqual(await another().open('host-1', 'push/device', sealed), secret)
    assert.ok(!Buffer.from(sealed.sealed, 'base64url').includes(secret))
    assert.notEqual((await vault.seal('host-1', 'push/device', secret)).sealed, sealed.sealed)
    assert.deepEqual(await vault.open('host-1', 'x', await vault.seal('host-1', 'x', Buffer.alloc(0))), Buffer.alloc(0))
  })

  it('opens nothing for another owner, another purpose, another master key or when a bit was changed', async () => {
    const sealed = await vault.seal('host-2', 'push/device', secret)
    await vault.seal('host-3', 'push/device', secret)
    const bent = Buffer.from(sealed.sealed, 'base64url')
    bent[0] = (bent[0] ?? 0) ^ 1
    for (const opening of [
      () => vault.open('host-2', 'unlock-token', sealed),
      () => vault.open('host-3', 'push/device', sealed),
      () => vault.open('nobody', 'push/device', sealed),
      () => another(Buffer.alloc(32, 8)).open('host-2', 'push/device', sealed),
      () => vault.open('host-2', 'push/device', { ...sealed, sealed: bent.toString('base64url') }),
      () => vault.open('host-2', 'push/device', { ...sealed, sealed: '' }),
      () => vault.open('host-2', 'push/device', { ...sealed, keyId: 'other' }),
    ])
      await assert.rejects(opening, SecretGone)
  })

  it('opens nothing of an owner whose key was destroyed, and everything of others', async () => {
    const sealed = await vault.seal('host-4', 'push/device', secret)
    const other = await vault.seal('host-5', 'push/device', secret)
    await vault.destroy('host-4', 1)
    await vault.destroy('host-4', 1)
    await assert.rejects(vault.open('host-4', 'push/device', sealed), SecretGone)
    await assert.rejects(another().open('host-4', 'push/device', sealed), SecretGone)
    assert.deepEqual(await vault.open('host-5', 'push/device', other), secret)
    const { rows } = await tables.pool.query<{ wrapped: unknown }>("select wrapped from vault_keys where owner = 'host-4'")
    assert.deepEqual(rows, [{ wrapped: null }])
  })

  it('seals with another key after the first was destroyed, in every process, and never brings that back', async () => {
    const other = another()
    const before = await vault.seal('host-7', 'x', secret)
    assert.deepEqual(await other.open('host-7', 'x', before), secret)
    await vault.destroy('host-7', 1)
    const after = await vault.seal('host-7', 'x', secret)
    assert.notEqual(after.keyId, before.keyId)
    // Asked again, or late: what came since stays.
    await vault.destroy('host-7', 1)
    assert.deepEqual(await other.open('host-7', 'x', after), secret)
    assert.deepEqual(await another().open('host-7', 'x', after), secret)
    for (const one of [vault, another()]) await assert.rejects(one.open('host-7', 'x', before), SecretGone)
    await vault.destroy('host-7', 2)
    for (const one of [vault, another()]) await assert.rejects(one.open('host-7', 'x', after), SecretGone)
    const third = await another().seal('host-7', 'x', secret)
    assert.deepEqual(await vault.open('host-7', 'x', third), secret)
  })

  it('is told once to destroy the key of an owner who has none, and keeps the one that comes later', async () => {
    await vault.destroy('host-8', 1)
    const sealed = await vault.seal('host-8', 'x', secret)
    await vault.destroy('host-8', 1)
    assert.deepEqual(await another().open('host-8', 'x', sealed), secret)
  })

  it('takes over the table of an earlier version with its keys', async () => {
    const sealed = await vault.seal('host-9', 'x', secret)
    await tables.pool.query(`alter table vault_keys drop constraint vault_keys_pkey;
      delete from vault_keys where wrapped is null or owner <> 'host-9';
      alter table vault_keys drop column generation; alter table vault_keys add primary key (owner)`)
    await createOperationalTables(tables.pool)
    await createOperationalTables(tables.pool)
    assert.deepEqual(await another().open('host-9', 'x', sealed), secret)
    await vault.destroy('host-9', 1)
    assert.deepEqual(await another().open('host-9', 'y', await vault.seal('host-9', 'y', secret)), secret)
  })

  it('comes to one key when many processes seal for a new owner at once', async () => {
    const vaults = Array.from({ length: 6 }, () => another())
    const seals = await Promise.all(vaults.map((one) => one.seal('host-6', 'x', secret)))
    assert.equal(new Set(seals.map(({ keyId }) => keyId)).size, 1)
    for (const sealed of seals) assert.deepEqual(await vault.open('host-6', 'x', sealed), secret)
  })

  it('takes no master key of another length', () => {
    assert.throws(() => another(Buffer.alloc(16)), /16 bytes, not 32/)
  })
})
