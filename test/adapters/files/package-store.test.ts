import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PackageStore } from '../../../src/app/package-ports.ts'
import { PackageTooLarge } from '../../../src/app/package-ports.ts'
import { fileStore } from '../../../src/adapters/files/package-store.ts'
import { memoryPackages } from '../../../src/adapters/memory/package-store.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const anything = { limit: 64 * 1024 * 1024, check: () => undefined }

async function* parts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

const contract = (open: () => Promise<PackageStore>): void => {
  let store: PackageStore
  beforeEach(async () => {
    store = await open()
  })

  it('keeps a file by its sum, and says the sum of each piece', async () => {
    const bytes = randomBytes(5_000)
    const stored = await store.receive(parts(bytes, 777), anything)
    assert.deepEqual([stored.size, stored.sha256], [5_000, sha256(bytes)])
    const pieces = Array.from({ length: Math.ceil(5_000 / stored.chunkSize) }, (_, index) =>
      sha256(bytes.subarray(index * stored.chunkSize, (index + 1) * stored.chunkSize)),
    )
    assert.deepEqual(stored.chunks, pieces)
    assert.notEqual(await store.locate(stored.sha256), null)
    assert.deepEqual(await store.receive(parts(bytes, 4_999), anything), stored)
  })

  it('shows the beginning before it keeps anything', async () => {
    const seen: string[] = []
    const refuse = (head: Uint8Array) => {
      seen.push(Buffer.from(head).toString())
      throw new Error('no')
    }
    await assert.rejects(store.receive(parts(Buffer.from('hello world'), 1), { limit: 100, check: refuse }), /no/)
    await assert.rejects(store.receive(parts(Buffer.from('hi'), 1), { limit: 100, check: refuse }), /no/)
    assert.deepEqual(seen, ['hell', 'hi'])
    assert.equal(await store.locate(sha256(Buffer.from('hello world'))), null)
  })

  it('keeps nothing of a file that is too large or breaks off', async () => {
    const bytes = randomBytes(100)
    await assert.rejects(store.receive(parts(bytes, 7), { ...anything, limit: 99 }), PackageTooLarge)
    assert.equal((await store.receive(parts(bytes, 7), { ...anything, limit: 100 })).size, 100)
    const other = randomBytes(50)
    const breaking = async function* () {
      yield other
      throw new Error('The client went away.')
    }
    await assert.rejects(store.receive(breaking(), anything), /went away/)
    assert.equal(await store.locate(sha256(other)), null)
  })

  it('forgets what is removed, also twice', async () => {
    const { sha256: name } = await store.receive(parts(Buffer.from('some'), 4), anything)
    await store.remove(name)
    await store.remove(name)
    assert.equal(await store.locate(name), null)
  })
}

describe('The package store in memory', () => {
  contract(() => Promise.resolve(memoryPackages()))
})

describe('The package store in a folder', () => {
  let folder: string
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'muster-packages-')), 'packages')
  })
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))
  contract(() => Promise.resolve(fileStore(folder)))

  it('has the very bytes at the path that it tells, and nothing beside them', async () => {
    const store = fileStore(folder)
    const bytes = randomBytes(21 * 1024 * 1024)
    const { sha256: name, chunks } = await store.receive(parts(bytes, 1024 * 1024 + 1), anything)
    const path = await store.locate(name)
    assert.ok(path !== null && (await readFile(path)).equals(bytes))
    assert.equal(chunks.length, 3)
    await assert.rejects(store.receive(parts(Buffer.from('x'), 1), { ...anything, limit: 0 }), PackageTooLarge)
    assert.deepEqual(await readdir(folder), [`${name}.pkg`])
  })

  it('removes what an upload left behind that died a day ago', async () => {
    const store = fileStore(folder)
    const { sha256: name } = await store.receive(parts(Buffer.from('x'), 1), anything)
    await writeFile(join(folder, 'old.part'), '')
    await writeFile(join(folder, 'new.part'), '')
    const dayBeforeYesterday = new Date(Date.now() - 48 * 60 * 60 * 1000)
    await utimes(join(folder, 'old.part'), dayBeforeYesterday, dayBeforeYesterday)
    await store.receive(parts(Buffer.from('x'), 1), anything)
    assert.deepEqual((await readdir(folder)).toSorted(), [`${name}.pkg`, 'new.part'].toSorted())
  })

  it('takes no other name than a sum', async () => {
    await assert.rejects(fileStore(folder).locate('../../etc/passwd'))
  })
})
