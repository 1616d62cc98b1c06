import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Whatever a state comes about by lies in these. */
const rooms = ['domain', 'kernel']

/**
 * Tells the rules of this build from those of any other: a hash of their files, whether TypeScript or built, and of the format in which Node writes
 * states down.
 */
export const rulesVersion = (folder = fileURLToPath(new URL('.', import.meta.url))): string => {
  const hash = createHash('sha256').update(process.versions.v8)
  for (const room of rooms)
    for (const file of filesIn(join(folder, room)))
      hash.update(`\0${room}/${file}\0`).update(readFileSync(join(folder, room, file)))
  return hash.digest('base64url')
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
