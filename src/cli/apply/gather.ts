import { open, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { FilesError } from './problems.ts'

/** The files to apply, and the folder that nothing they name may lie outside of. */
export type Gathered = Readonly<{ root: string; files: readonly string[] }>

/** 1 MiB. */
const largestFile = 1024 * 1024
const mostFiles = 500

/** Where a folder of settings keeps the files of its teams; what else lies in it is read when a file names it. */
const folders = ['.', 'teams', 'fleets']

/**
 * The file, or those of a folder: its own `.yml` and those in `teams`. The root is the Git checkout they lie in; outside of one, the parent of
 * their folder. Throws `FilesError`.
 */
export const gather = async (path: string): Promise<Gathered> => {
  const start = await realpath(path).catch(() => refuse(`${path}: There is no such file or folder.`))
  const isFolder = (await stat(start)).isDirectory()
  const folder = isFolder ? start : dirname(start)
  const files = isFolder ? (await Promise.all(folders.map((name) => filesIn(join(start, name))))).flat() : [start]
  if (files.length === 0) refuse(`${path}: There are no .yml files in the folder.`)
  if (files.length > mostFiles)
    refuse(`${path}: There are ${String(files.length)} files; at most ${String(mostFiles)} are taken.`)
  const root = (await checkoutOf(folder)) ?? dirname(folder)
  for (const file of files)
    if (!isInside(root, await realpath(file))) refuse(`${file}: The file lies out of ${root}, behind a link.`)
  return { root, files }
}

/** Where `path` leads from a file. Throws an error whose message says why it leads nowhere. */
export const follow = async (root: string, file: string, path: string): Promise<string> => {
  mustBeRelative(path)
  const target = resolve(dirname(file), path)
  if (!isInside(root, target)) throw new Error(`The path ${path} leads out of ${root}.`)
  const real = await realpath(target).catch(() => null)
  if (real === null) throw new Error(`There is no file ${path}.`)
  if (!isInside(root, real)) throw new Error(`The path ${path} leads out of ${root} by a link.`)
  return real
}

/** Throws an error that says so for a path from the root of the machine. */
export const mustBeRelative = (path: string): void => {
  if (isAbsolute(path)) throw new Error(`The path ${path} must be relative to the file.`)
}

/** A file's bytes, at most 1 MiB. Throws an error whose message says why it cannot be read. */
export const readBounded = async (path: string): Promise<Buffer> => {
  if (!(await stat(path)).isFile()) throw new Error('It is no file.')
  const file = await open(path).catch(() => {
    throw new Error('The file cannot be read.')
  })
  try {
    const buffer = Buffer.alloc(largestFile + 1)
    let size = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, size, buffer.length - size, null)
      size += bytesRead
      if (size > largestFile) throw new Error('The file has more than 1 MiB.')
      if (bytesRead === 0) return Buffer.from(buffer.subarray(0, size))
    }
  } finally {
    await file.close()
  }
}

const refuse = (problem: string): never => {
  throw new FilesError([problem])
}

const filesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && /\.ya?ml$/i.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort()
}

const checkoutOf = async (folder: string): Promise<string | null> => {
  const isCheckout = await stat(join(folder, '.git')).then(
    () => true,
    () => false,
  )
  if (isCheckout) return folder
  const above = dirname(folder)
  return above === folder ? null : checkoutOf(above)
}

/** Whether a path is a folder, or lies in it; both absolute, without links. */
export const isInside = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
