import assert from 'node:assert/strict'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import type { Blobs } from '../../src/app/blobs.ts'
import { blobsIn } from '../../src/app/blobs.ts'
import type { EventLog, Vault } from '../../src/app/ports.ts'
import type { Cause } from '../../src/kernel/event.ts'
import { random } from '../../src/simulators/random.ts'

const cause: Cause = { id: 'c', actor: { kind: 'admin', id: 'ada' }, correlationId: 'c', causationId: 'c' }

/** Hides bytes by turning them round: enough to see who seals what. */
const mirror: Vault = {
  seal: (owner, context, secret) =>
    Promise.resolve({ keyId: owner, nonce: context, sealed: Buffer.from(secret).reverse().toString('base64url') }),
  open: (owner, context, { keyId, nonce, sealed }) =>
    keyId === owner && nonce === context
      ? Promise.resolve(Buffer.from(sealed, 'base64url').reverse())
      : Promise.reject(new Error('This is not for you.')),
  destroy: () => Promise.resolve(),
}

const noise = (size: number): Uint8Array => random('noise').bytes(size)

describe('bytes in events', () => {
  let log: EventLog
  let blobs: Blobs
  beforeEach(() => {
    log = memoryEventLog()
    blobs = blobsIn({ log, vault: mirror, clock: () => new Date('2026-03-01T12:00:00.000Z') })
  })
  const all = () => log.readAll({ after: null, limit: 100 })
  const same = (one: Uint8Array, other: Uint8Array): void => assert.ok(Buffer.from(one).equals(other), 'The bytes are the same.')

  it('stay in the event, compressed, when they are small', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('a profile'), Buffer.alloc(2_000_000)]) {
      const content = await blobs.keep(bytes, cause)
      assert.ok('gzip' in content)
      same(await blobs.fetch(content), bytes)
    }
    assert.deepEqual(await all(), [])
  })

  it('go to a stream named by their hash when they are large, in chunks that the log takes', async () => {
    const bytes = noise(1_300_000)
    const content = await blobs.keep(bytes, cause)
    assert.ok('blob' in content)
    same(await blobs.fetch(content), bytes)
    const chunks = await log.readStream(`blob-${content.blob}`)
    assert.deepEqual(
      chunks.map(({ data }) => (({ chunk: _, ...place }: Readonly<Record<string, unknown>>) => place)({ ...data })),
      [0, 1, 2].map((index) => ({ index, of: 3 })),
    )
    assert.ok(chunks.every(({ data }) => JSON.stringify(data).length < 1_000_000))
  })

  it('are stored once, however often they are kept, also when the first time was broken off', async () => {
    const bytes = noise(1_300_000)
    let appends = 0
    const dying: EventLog = {
      ...log,
      append: (...args) => (++appends > 1 ? Promise.reject(new Error('The process died.')) : log.append(...args)),
    }
    await assert.rejects(blobsIn({ log: dying, vault: mirror, clock: () => new Date(0) }).keep(bytes, cause), /died/)
    assert.equal((await all()).length, 1)
    const content = await blobs.keep(bytes, cause)
    assert.deepEqual(await blobs.keep(bytes, { ...cause, id: 'another' }), content)
    same(await blobs.fetch(content), bytes)
    assert.equal((await all()).length, 3)
  })

  it('are not given out when a part of them is missing', async () => {
    const content = await blobs.keep(noise(1_300_000), cause)
    const torn: EventLog = { ...log, readStream: async (stream) => (await log.readStream(stream)).slice(0, 2) }
    const reader = blobsIn({ log: torn, vault: mirror, clock: () => new Date(0) })
    await assert.rejects(reader.fetch(content), /missing or incomplete/)
    await assert.rejects(blobs.fetch({ blob: 'never' }), /missing or incomplete/)
  })

  it('unfold to 32 MiB at most', async () => {
    const content = await blobs.keep(Buffer.alloc(32 * 1024 * 1024 + 1), cause)
    await assert.rejects(blobs.fetch(content), RangeError)
  })

  it('are sealed for their owner and purpose, large or small', async () => {
    for (const size of [100, 400_000]) {
      const bytes = noise(size)
      const content = await blobs.keepSealed('host-1', 'result/1', bytes, cause)
      assert.equal('blob' in content, size > 100)
      same(await blobs.fetchSealed('host-1', 'result/1', content), bytes)
      await assert.rejects(blobs.fetchSealed('host-1', 'result/2', content), /not for you/)
      await assert.rejects(blobs.fetchSealed('host-2', 'result/1', content), /not for you/)
    }
  })
})
