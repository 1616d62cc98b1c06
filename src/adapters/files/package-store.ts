import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { PackageStore, StoredPackage } from '../../app/package-ports.ts'
import { PackageTooLarge } from '../../app/package-ports.ts'

/** Devices check each piece as it arrives: small enough to fail early, large enough that the list stays short. */
const chunkSize = 10 * 1024 * 1024

const headLength = 4

/** What an upload left behind that never ended is removed when it is older than this, ms. */
const abandonedMs = 24 * 60 * 60 * 1000

/** Packages as files of a folder, which all processes that serve the API must share. The folder is made when it is first needed. */
export const fileStore = (folder: string): PackageStore => {
  const root = resolve(folder)
  const pathOf = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('A package is named by 64 hexadecimal digits.')
    return join(root, `${sha256}.pkg`)
  }

  return {
    receive: async (bytes, { limit, check }) => {
      await mkdir(root, { recursive: true, mode: 0o700 })
      await removeAbandoned(root)
      const partial = join(root, `${randomUUID()}.part`)
      const file = await open(partial, 'wx', 0o600)
      try {
        const stored = await write(file, bytes, { limit, check })
        await file.sync()
        await file.close()
        await rename(partial, pathOf(stored.sha256))
        return stored
      } catch (error) {
        await file.close().catch(() => undefined)
        await rm(partial, { force: true })
        throw error
      }
    },

    locate: async (sha256) => {
      const path = pathOf(sha256)
      return (await stat(path).catch(absent))?.isFile() === true ? path : null
    },

    remove: (sha256) => rm(pathOf(sha256), { force: true }),

    all: async () => {
      const names = (await readdir(root).catch(absent)) ?? []
      return names.flatMap((name) => /^([0-9a-f]{64})\.pkg$/.exec(name)?.[1] ?? []).sort()
    },
  }
}

type Options = Parameters<PackageStore['receive']>[1]

const write = async (file: FileHandle, bytes: AsyncIterable<Uint8Array>, { limit, check }: Options): Promise<StoredPackage> => {
  const whole = createHash('sha256')
  const chunks: string[] = []
  let piece = { hash: createHash('sha256'), room: chunkSize }
  let size = 0
  let head: Uint8Array | null = Buffer.alloc(0)

  for await (const part of bytes) {
    size += part.length
    if (size > limit) throw new PackageTooLarge(`The file is larger than ${String(limit)} bytes.`)
    if (head !== null) {
      head = Buffer.concat([head, part.subarray(0, headLength - head.length)])
      if (head.length === headLength) {
        check(head)
        head = null
      }
    }
    whole.update(part)
    for (let rest = part; rest.length > 0;) {
      const taken = rest.subarray(0, piece.room)
      piece.hash.update(taken)
      piece.room -= taken.length
      if (piece.room === 0) {
        chunks.push(piece.hash.digest('hex'))
        piece = { hash: createHash('sha256'), room: chunkSize }
      }
      rest = rest.subarray(taken.length)
    }
    await file.appendFile(part)
  }
  if (head !== null) check(head)
  if (piece.room < chunkSize || chunks.length === 0) chunks.push(piece.hash.digest('hex'))
  return { size, sha256: whole.digest('hex'), chunkSize, chunks }
}

const removeAbandoned = async (root: string): Promise<void> => {
  const before = Date.now() - abandonedMs
  for (const name of await readdir(root)) {
    if (!name.endsWith('.part')) continue
    const found = await stat(join(root, name)).catch(absent)
    if (found !== null && found.mtimeMs < before) await rm(join(root, name), { force: true })
  }
}

const absent = (error: unknown): null => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
  throw error
}
