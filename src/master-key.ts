import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'

/**
 * The key that wraps all others, 32 bytes: from the configuration, or from a file in the data folder that is made at the first start and that
 * only its owner may read. Without it no sealed secret can be opened again.
 */
export const masterKeyOf = async ({ MUSTER_MASTER_KEY, MUSTER_DATA }: Config): Promise<Uint8Array> => {
  if (MUSTER_MASTER_KEY !== undefined) return Buffer.from(MUSTER_MASTER_KEY, 'base64')
  const path = join(MUSTER_DATA, 'master.key')
  await mkdir(MUSTER_DATA, { recursive: true })
  try {
    await writeFile(path, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = Buffer.from(await readFile(path, 'utf8'), 'base64')
  if (key.length !== 32) throw new Error(`The master key in ${path} is damaged: it has ${String(key.length)} bytes, not 32.`)
  return key
}
