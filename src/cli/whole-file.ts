import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** Writes what comes to a file, for its owner alone, which is there only when all of it came. Answers how many bytes. */
export const writeWhole = async (file: string, bytes: AsyncIterable<Uint8Array>): Promise<number> => {
  const partial = `${file}.partial`
  const count = counting()
  try {
    await pipeline(bytes, count.through, createWriteStream(partial, { mode: 0o600 }))
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  return count.sum()
}

type Counting = Readonly<{
  sum: () => number
  through: (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>
}>

/** Lets bytes through and counts them. */
export const counting = (): Counting => {
  let sum = 0
  return {
    sum: () => sum,
    through: async function* (chunks) {
      for await (const chunk of chunks) {
        sum += chunk.length
        yield chunk
      }
    },
  }
}
