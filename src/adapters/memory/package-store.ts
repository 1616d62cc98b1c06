import { createHash } from 'node:crypto'
import type { PackageStore } from '../../app/package-ports.ts'
import { PackageTooLarge } from '../../app/package-ports.ts'

/** Packages that are forgotten with the process, and lie at no path: `locate` answers only whether one is there. */
export const memoryPackages = (chunkSize = 1024): PackageStore => {
  const files = new Map<string, Uint8Array>()
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  return {
    receive: async (bytes, { limit, check }) => {
      const parts: Uint8Array[] = []
      let size = 0
      for await (const part of bytes) {
        size += part.length
        if (size > limit) throw new PackageTooLarge(`The file is larger than ${String(limit)} bytes.`)
        parts.push(part)
      }
      const whole = Buffer.concat(parts)
      check(whole.subarray(0, 4))
      files.set(sha256(whole), whole)
      const count = Math.max(1, Math.ceil(size / chunkSize))
      const chunks = Array.from({ length: count }, (_, index) =>
        sha256(whole.subarray(index * chunkSize, (index + 1) * chunkSize)),
      )
      return { size, sha256: sha256(whole), chunkSize, chunks }
    },
    locate: (name) => Promise.resolve(files.has(name) ? `memory:${name}` : null),
    remove: (name) => {
      files.delete(name)
      return Promise.resolve()
    },
    all: () => Promise.resolve([...files.keys()].sort()),
  }
}
