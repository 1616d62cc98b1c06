import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { MusterClient } from '../client/muster-client.ts'
import { musterClient } from '../client/muster-client.ts'
import { signIn } from '../client/sign-in.ts'
import { typedPassword } from './typed-password.ts'

/** How to reach a server: from the command line, else the environment, else what `muster login` stored. */
export type AccessOptions = Readonly<{ url?: string; token?: string; ca?: string }>

type Stored = Readonly<{ url: string; token: string; ca: string | null }>

/** Something that the person at the terminal has to put right; the message is a sentence for them. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const configPath = (): string => join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'muster', 'config.json')

/** A client for the server that the options, the environment or the stored login name; one run is one change set. Throws `UsageError` when none does. */
export const clientFor = async (options: AccessOptions): Promise<MusterClient> => {
  const stored = await readStored()
  const url = options.url ?? environment('MUSTER_URL') ?? stored?.url
  const token = options.token ?? environment('MUSTER_TOKEN') ?? stored?.token
  const ca = options.ca ?? environment('MUSTER_CA') ?? stored?.ca ?? undefined
  if (url === undefined || token === undefined)
    throw new UsageError('Which server? Run `muster login`, or set MUSTER_URL and MUSTER_TOKEN.')
  return musterClient({ url, token, changeSet: randomUUID(), ...(ca === undefined ? {} : { ca: await readAuthority(ca) }) })
}

export type LoginOptions = Readonly<{ url: string; token?: string; email?: string; ca?: string }>

/** Checks the access by a call, then stores it where only its owner can read it. A user's password is not stored, what it opens is. */
export const login = async ({ url, token, email, ca }: LoginOptions): Promise<void> => {
  if ((token === undefined) === (email === undefined)) throw new UsageError('Log in with --token, or as a user with --email.')
  const opened = token ?? (await tokenOf({ url, email: email ?? '', ca }))
  const client = await clientFor({ url, token: opened, ...(ca !== undefined && { ca }) })
  try {
    await client.hosts.count()
  } finally {
    client.close()
  }
  const stored: Stored = { url, token: opened, ca: ca === undefined ? null : resolve(ca) }
  await mkdir(dirname(configPath()), { recursive: true, mode: 0o700 })
  await writeFile(configPath(), JSON.stringify(stored, null, 2), { mode: 0o600 })
}

const tokenOf = async ({ url, email, ca }: Readonly<{ url: string; email: string; ca: string | undefined }>): Promise<string> => {
  const password = environment('MUSTER_PASSWORD') ?? (await typedPassword())
  return signIn({ url, ...(ca !== undefined && { ca: await readAuthority(ca) }) }, { email, password })
}

/** A variable that is set to nothing is not set. */
const environment = (name: string): string | undefined => {
  const value = process.env[name]
  return value === '' ? undefined : value
}

const readStored = async (): Promise<Stored | null> => {
  try {
    return JSON.parse(await readFile(configPath(), 'utf8')) as Stored
  } catch {
    return null
  }
}

const readAuthority = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new UsageError(`The authority's certificate ${path} cannot be read.`)
  }
}
