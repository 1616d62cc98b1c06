import { dirname, extname, relative } from 'node:path'
import type { Family } from '../../client/settings-client.ts'
import type { Environment } from './environment.ts'
import { follow, mustBeRelative, readBounded } from './gather.ts'
import { filesFitting } from './glob.ts'
import type { LabelItem } from './labels-in.ts'
import { labelsIn } from './labels-in.ts'
import type { NamedFiles } from './named-files.ts'
import { mustBeUnsigned, profileFileIn } from './profile-file.ts'
import { profileText } from './profile-text.ts'
import type { Telling } from './shape.ts'
import type { ProfileItem } from './team-file.ts'
import type { Complain, Tree } from './tree.ts'
import { readTree } from './tree.ts'
import type { WantedProfile } from './wanted.ts'

const mostFiles = 500
const mostProfiles = 1000
const mostProblems = 1000
/** What all profiles may have together, in bytes. */
const mostBytes = 64 * 1024 * 1024

/** What files of settings are called that a pattern may fit; what else it fits is left out. */
const extensions: Readonly<Record<Family | 'labels', readonly string[]>> = {
  apple: ['.mobileconfig', '.json'],
  windows: ['.xml'],
  labels: ['.yml', '.yaml'],
}

export type Reading = Readonly<{
  shown: (file: string) => string
  complainOf: (file: string) => Complain
  /** What was left out, as sentences; it grows as files are read. */
  notes: readonly string[]
  tree: (file: string) => Promise<Tree | null>
  named: (path: string, from: Readonly<{ file: string; line: number }>) => Promise<Readonly<{ file: string; tree: Tree }> | null>
  /** Those that an item names, each with its path from there. */
  profiles: (item: ProfileItem) => Promise<readonly (WantedProfile & Readonly<{ path: string }>)[]>
  /** The lists of labels in other files. */
  labels: (item: NamedFiles, file: string) => Promise<readonly Readonly<{ file: string; items: readonly LabelItem[] }>[]>
}>

/** Reads within `root`; what is wrong is added to `problems`. */
export const readingIn = (root: string, environment: Environment, problems: string[]): Reading => {
  const shown = (file: string): string => relative(root, file)
  const complainOf =
    (file: string): Complain =>
    (line, text) => {
      const problem = `${shown(file)}:${String(line)}: ${text}`
      // What is used in several places is wrong once.
      if (problems.length < mostProblems && !problems.includes(problem)) problems.push(problem)
    }
  const notes: string[] = []
  const contents = new Map<string, Buffer>()
  let [files, profiles, bytes] = [0, 0, 0]

  /** Null when it cannot be read, which is complained of where the file is named. */
  const attempt = async <T>(read: () => T | Promise<T>, complain: (text: string) => void): Promise<T | null> => {
    try {
      return await read()
    } catch (error) {
      complain(error instanceof Error ? error.message : String(error))
      return null
    }
  }

  const tree = (file: string): Promise<Tree | null> =>
    attempt(
      async () => {
        files += 1
        if (files > mostFiles) throw new Error(`There are more than ${String(mostFiles)} files.`)
        return readTree((await readBounded(file)).toString('utf8'), environment, complainOf(file))
      },
      (text) => complainOf(file)(1, text),
    )

  const bytesOf = async (file: string): Promise<Buffer> => {
    const known = contents.get(file)
    if (known !== undefined) return known
    const read = await readBounded(file)
    bytes += read.length
    if (bytes > mostBytes) throw new Error(`The profiles have more than ${String(mostBytes / 1024 / 1024)} MiB together.`)
    contents.set(file, read)
    return read
  }

  /** The paths, from `file` on, of what an item names there. */
  const pathsOf = async ({ path, many, line }: NamedFiles, file: string, kind: Family | 'labels'): Promise<readonly string[]> => {
    if (!many) return [path]
    const found = await attempt(
      async () => {
        mustBeRelative(path)
        const all = (await filesFitting(root, dirname(file), path)).map((one) => relative(dirname(file), one))
        if (all.length === 0) throw new Error('No file fits this pattern.')
        const wanted = all.filter((one) => extensions[kind].includes(extname(one).toLowerCase()))
        const endings = extensions[kind].join(' or ')
        if (wanted.length === 0) throw new Error(`What fits this pattern (${all[0] ?? ''}) does not end in ${endings}.`)
        const others = all.filter((one) => !wanted.includes(one))
        for (const one of others) notes.push(`${shown(file)}:${String(line)}: ${one} is left out; it does not end in ${endings}.`)
        return wanted
      },
      (text) => complainOf(file)(line, `${path}: ${text}`),
    )
    return found ?? []
  }

  const named: Reading['named'] = async (path, { file, line }) => {
    const target = await attempt(
      () => follow(root, file, path),
      (text) => complainOf(file)(line, text),
    )
    const found = target === null ? null : await tree(target)
    return target === null || found === null ? null : { file: target, tree: found }
  }

  const profile = (path: string, { file, line, platform, aims }: ProfileItem): Promise<WantedProfile | null> =>
    attempt(
      async () => {
        profiles += 1
        if (profiles > mostProfiles) throw new Error(`There are more than ${String(mostProfiles)} profiles.`)
        const target = await follow(root, file, path)
        const [extension, stored] = [extname(target).toLowerCase(), await bytesOf(target)]
        mustBeUnsigned(extension, stored)
        const filled = profileText(extension, stored, environment)
        return { ...profileFileIn(target, platform, filled), aims, from: `${shown(file)}:${String(line)}` }
      },
      (text) => complainOf(file)(line, `${path}: ${text}`),
    )

  return {
    shown,
    complainOf,
    notes,
    tree,
    named,
    profiles: async (item) => {
      const read: (WantedProfile & Readonly<{ path: string }>)[] = []
      for (const path of await pathsOf(item, item.file, item.platform)) {
        const one = await profile(path, item)
        if (one !== null) read.push({ ...one, path })
      }
      return read
    },
    labels: async (item, file) => {
      const lists: Readonly<{ file: string; items: readonly LabelItem[] }>[] = []
      for (const path of await pathsOf(item, file, 'labels')) {
        const list = await named(path, { file, line: item.line })
        if (list === null) continue
        const telling: Telling = { complain: complainOf(list.file), ignore: () => undefined }
        if (list.tree.kind === 'list') lists.push({ file: list.file, items: labelsIn(list.tree.items, telling) })
        else telling.complain(list.tree.line, 'A file of labels must be a list of them.')
      }
      return lists
    },
  }
}
