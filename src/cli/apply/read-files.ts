import { relative } from 'node:path'
import type { Environment } from './environment.ts'
import { follow, gather, readBounded } from './gather.ts'
import type { LabelItem, WantedLabel } from './labels-in.ts'
import { labelsIn } from './labels-in.ts'
import { FilesError } from './problems.ts'
import { profileFileIn } from './profile-file.ts'
import type { ProfileItem, TeamFile } from './team-file.ts'
import { teamFileIn } from './team-file.ts'
import type { Complain, Tree } from './tree.ts'
import { readTree } from './tree.ts'
import type { Wanted, WantedProfile, WantedTeam } from './wanted.ts'
import { comparable } from './wanted.ts'

const mostFiles = 500
const mostProfiles = 1000
const mostProblems = 1000
/** What all profiles may have together, in bytes. */
const mostBytes = 64 * 1024 * 1024

/** Reads a file, or the files of a folder, and all that they name. Throws `FilesError` with everything that is wrong. */
export const readFiles = async (path: string, environment: Environment): Promise<Wanted> => {
  const { root, files } = await gather(path)
  const problems: string[] = []
  const reading = readingIn(root, environment, problems)

  const teams: Told<TeamFile>[] = []
  for (const file of files) {
    const tree = await reading.tree(file)
    if (tree !== null) teams.push({ file, ...teamFileIn(tree, file, reading.complainOf(file)) })
  }
  const labels = await labelsOf(teams, reading)
  const wanted: WantedTeam[] = []
  for (const told of byTeam(teams, reading)) wanted.push(await teamOf(told, reading))
  if (problems.length > 0) throw new FilesError(problems)
  const notes = teams.flatMap(({ file, ignored }) =>
    ignored.map((section) => `${reading.shown(file)}: ${section} is ignored; Muster does not manage it.`),
  )
  return { labels, teams: wanted, variables: variablesOf(wanted, environment), notes }
}

type Told<T> = T & Readonly<{ file: string }>

type Reading = Readonly<{
  shown: (file: string) => string
  complainOf: (file: string) => Complain
  tree: (file: string) => Promise<Tree | null>
  profile: (item: Told<ProfileItem>) => Promise<readonly WantedProfile[]>
  /** The labels of another file. */
  labels: (path: string, from: Told<Readonly<{ line: number }>>) => Promise<readonly Told<LabelItem>[]>
}>

/** Reads within `root`; what is wrong is added to `problems`. */
const readingIn = (root: string, environment: Environment, problems: string[]): Reading => {
  const shown = (file: string): string => relative(root, file)
  const complainOf =
    (file: string): Complain =>
    (line, text) => {
      const problem = `${shown(file)}:${String(line)}: ${text}`
      // What is used in several places is wrong once.
      if (problems.length < mostProblems && !problems.includes(problem)) problems.push(problem)
    }
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

  return {
    shown,
    complainOf,
    tree,
    profile: async ({ file, path, line, platform, aims }) => {
      const read = await attempt(
        async () => {
          profiles += 1
          if (profiles > mostProfiles) throw new Error(`There are more than ${String(mostProfiles)} profiles.`)
          const target = await follow(root, file, path)
          return { ...profileFileIn(target, platform, await bytesOf(target)), aims, from: `${shown(file)}:${String(line)}` }
        },
        (text) => complainOf(file)(line, `${path}: ${text}`),
      )
      return read === null ? [] : [read]
    },
    labels: async (path, { file, line }) => {
      const target = await attempt(
        () => follow(root, file, path),
        (text) => complainOf(file)(line, text),
      )
      const list = target === null ? null : await tree(target)
      if (target === null || list === null) return []
      if (list.kind === 'list') return labelsIn(list.items, complainOf(target)).map((item) => ({ file: target, ...item }))
      complainOf(target)(list.line, 'A file of labels must be a list of them.')
      return []
    },
  }
}

const labelsOf = async (teams: readonly Told<TeamFile>[], reading: Reading): Promise<readonly WantedLabel[]> => {
  const labels = new Map<string, WantedLabel>()
  const add = (item: Told<LabelItem>): void => {
    const complain = reading.complainOf(item.file)
    if (item.kind === 'path') return complain(item.line, 'A file of labels cannot name another one.')
    const key = comparable(item.label.name)
    if (labels.has(key)) complain(item.label.line, `The label ${item.label.name} is there more than once.`)
    labels.set(key, item.label)
  }
  const files = new Set<string>()
  for (const { file, labels: items } of teams)
    for (const item of items) {
      const found = item.kind === 'label' ? [{ file, ...item }] : await reading.labels(item.path, { file, line: item.line })
      const from = found[0]?.file
      // Several teams may name the same file of labels.
      if (item.kind === 'path' && from !== undefined && files.has(from)) continue
      if (item.kind === 'path' && from !== undefined) files.add(from)
      for (const one of found) add(one)
    }
  return [...labels.values()]
}

/** The files of each team: several may speak of no team, as long as not twice of the same thing. */
const byTeam = (files: readonly Told<TeamFile>[], { complainOf, shown }: Reading): readonly Told<TeamFile>[] => {
  const teams = new Map<string, Told<TeamFile>>()
  for (const next of files) {
    const key = next.team === null ? '' : comparable(next.team)
    const before = teams.get(key)
    const twice = before !== undefined && (next.team !== null || bothSay(before, next))
    if (twice) complainOf(next.file)(next.line, `${next.team ?? 'No team'} is told in ${shown(before.file)} already.`)
    if (before === undefined || before.profiles === null)
      teams.set(key, { ...next, secrets: next.secrets ?? before?.secrets ?? null })
    else teams.set(key, { ...before, secrets: before.secrets ?? next.secrets })
  }
  return [...teams.values()]
}

const bothSay = (one: TeamFile, other: TeamFile): boolean =>
  (one.secrets !== null && other.secrets !== null) || (one.profiles !== null && other.profiles !== null)

const teamOf = async ({ team, file, secrets, profiles: items }: Told<TeamFile>, reading: Reading): Promise<WantedTeam> => {
  if (items === null) return { name: team, secrets, profiles: null }
  const profiles: WantedProfile[] = []
  const seen = new Set<string>()
  for (const item of items)
    for (const profile of await reading.profile({ file, ...item })) {
      const twice = seen.has(profile.key) || seen.has(profile.name)
      if (twice) reading.complainOf(file)(item.line, `${item.path}: The team has another profile with this name or identifier.`)
      for (const name of [profile.key, profile.name]) seen.add(name)
      profiles.push(profile)
    }
  return { name: team, secrets, profiles }
}

const variablesOf = (teams: readonly WantedTeam[], environment: Environment): Wanted['variables'] => {
  const named = new Set(teams.flatMap(({ profiles }) => (profiles ?? []).flatMap(({ secrets }) => secrets)))
  return [...named].sort().flatMap((name) => {
    const value = environment[`FLEET_SECRET_${name}`]
    return value === undefined || value === '' ? [] : [{ name, value }]
  })
}
