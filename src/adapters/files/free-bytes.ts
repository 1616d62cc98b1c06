import { statfs } from 'node:fs/promises'

/** How many bytes a process without privileges may still write where this folder lies; null when the system does not say. */
export const freeBytesOf = async (folder: string): Promise<number | null> => {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
