import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Account, Binaries } from './embedded-binaries.ts'
import { run } from './embedded-binaries.ts'

/**
 * Makes the cluster in `dataFolder` unless it is there, and answers with the superuser's password. The folder appears whole or not at all:
 * a start that was interrupted is simply made again.
 */
export const ensureCluster = async (options: Cluster): Promise<string> => {
  const { dataFolder, binaries } = options
  const passwordFile = `${dataFolder}.password`
  const content = await readdir(dataFolder).catch(absentAs<readonly string[]>([]))
  if (content.includes('PG_VERSION')) {
    await giveTo(binaries.account, dataFolder)
    return keptPassword(passwordFile, dataFolder)
  }
  if (content.length > 0) throw new Error(`${dataFolder} is neither empty nor a Postgres cluster: choose another data folder.`)

  const password = await keptPassword(passwordFile, dataFolder).catch(() => newPassword(passwordFile))
  await initialize(options, password)
  return password
}

/** Makes the folders above the data folder; those that are new may be entered, but not listed, by the account that Postgres runs as. */
export const makeParentFolder = async (dataFolder: string): Promise<void> => {
  const parent = dirname(resolve(dataFolder))
  const first = await mkdir(parent, { recursive: true })
  if (first === undefined) return
  for (let folder = parent; folder.length >= first.length; folder = dirname(folder)) await chmod(folder, 0o711)
}

type Cluster = Readonly<{ dataFolder: string; durable: boolean; binaries: Binaries }>

const initialize = async ({ dataFolder, durable, binaries }: Cluster, password: string): Promise<void> => {
  const unfinished = `${dataFolder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await giveTo(binaries.account, unfinished)
  const secrets = await mkdtemp(join(tmpdir(), 'muster-'))
  try {
    const pwfile = join(secrets, 'password')
    await writeFile(pwfile, password, { mode: 0o600 })
    await giveTo(binaries.account, secrets)
    const flags = ['-D', unfinished, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${pwfile}`, '--locale=C', '-E', 'UTF8']
    await run(binaries.initdb, durable ? flags : [...flags, '--no-sync'], binaries.account)
  } finally {
    await rm(secrets, { recursive: true, force: true })
  }
  await rmdir(dataFolder).catch(absentAs(undefined))
  await rename(unfinished, dataFolder)
}

const newPassword = async (file: string): Promise<string> => {
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, password, { mode: 0o600 })
  return password
}

const keptPassword = async (file: string, dataFolder: string): Promise<string> => {
  const password = (await readFile(file, 'utf8').catch(absentAs(''))).trim()
  if (password !== '') return password
  throw new Error(`The password of the Postgres cluster in ${dataFolder} is missing: ${file} is not there or empty. Restore it.`)
}

/** A folder that belongs to another user, such as a back-up restored by root, is given to the account that will use it. */
const giveTo = async ({ uid, gid }: Account, folder: string): Promise<void> => {
  if (uid === undefined || gid === undefined) return
  if ((await stat(folder)).uid !== uid) await chown(folder, uid, gid)
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    if ((await stat(path)).uid !== uid) await chown(path, uid, gid)
  }
}

const absentAs =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value
    throw error
  }
