import { basename, extname, relative } from 'node:path'
import type { Family } from '../../client/settings-client.ts'
import type { Environment } from './environment.ts'
import { follow, gather, readBounded } from './gather.ts'
import type { LabelItem, WantedLabel } from './labels-in.ts'
import { labelsIn } from './labels-in.ts'
import { FilesError } from './problems.ts'
import { mustBeUnsigned, profileFileIn } from './profile-file.ts'
import { profileText } from './profile-text.ts'
import type { Telling } from './shape.ts'
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
  const told = byTeam(teams, reading)
  mustBeOfOne(told, teams, reading)
  mustBeCalledOnce(files, reading)
  for (const team of told) wanted.push(await teamOf(team, reading))
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
          const [extension, stored] = [extname(target).toLowerCase(), await bytesOf(target)]
          mustBeUnsigned(extension, stored)
          const filled = profileText(extension, stored, environment)
          return { ...profileFileIn(target, platform, filled), aims, from: `${shown(file)}:${String(line)}` }
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
      const telling: Telling = { complain: complainOf(target), ignore: () => undefined }
      if (list.kind === 'list') return labelsIn(list.items, telling).map((item) => ({ file: target, ...item }))
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

/** What all files say of one team, each item with the file that it stands in. */
type Team = Readonly<{
  name: string | null
  secrets: readonly string[] | null
  profiles: Readonly<Record<Family, readonly Told<ProfileItem>[] | null>>
}>

const families = ['apple', 'windows'] as const satisfies readonly Family[]

/** Several files may speak of no team, as long as not twice of the same thing. */
const byTeam = (files: readonly Told<TeamFile>[], { complainOf, shown }: Reading): readonly Team[] => {
  const teams = new Map<string, Told<Team>>()
  for (const next of files) {
    const key = next.team === null ? '' : comparable(next.team)
    const before = teams.get(key)
    const twice = before !== undefined && (next.team !== null || bothSay(before, next))
    if (twice) complainOf(next.file)(next.line, `${next.team ?? 'No team'} is told in ${shown(before.file)} already.`)
    const listed = (family: Family) =>
      before?.profiles[family] ?? next.profiles[family]?.map((item) => ({ file: next.file, ...item })) ?? null
    teams.set(key, {
      file: before?.file ?? next.file,
      name: next.team,
      secrets: before?.secrets ?? next.secrets,
      profiles: { apple: listed('apple'), windows: listed('windows') },
    })
  }
  return [...teams.values()]
}

const bothSay = (one: Team, other: TeamFile): boolean =>
  (one.secrets !== null && other.secrets !== null) ||
  families.some((family) => one.profiles[family] !== null && other.profiles[family] !== null)

const teamOf = async ({ name, secrets, profiles: items }: Team, reading: Reading): Promise<WantedTeam> => {
  const profiles: WantedProfile[] = []
  const seen = new Set<string>()
  for (const item of families.flatMap((family) => items[family] ?? []))
    for (const profile of await reading.profile(item)) {
      const twice = seen.has(profile.key) || seen.has(profile.name)
      if (twice)
        reading.complainOf(item.file)(item.line, `${item.path}: The team has another profile with this name or identifier.`)
      for (const called of [profile.key, profile.name]) seen.add(called)
      profiles.push(profile)
    }
  return { name, secrets, lists: families.filter((family) => items[family] !== null), profiles }
}

/** One secret lets hosts into one team. What it is must not be shown. */
const mustBeOfOne = (teams: readonly Team[], files: readonly Told<TeamFile>[], { complainOf }: Reading): void => {
  const seen = new Map<string, string | null>()
  for (const { name, secrets } of teams)
    for (const secret of secrets ?? []) {
      const other = seen.get(secret)
      const file = files.find(({ team, secrets: told }) => team === name && told?.includes(secret) === true)
      if (other !== undefined && file !== undefined)
        complainOf(file.file)(file.line, `An enroll secret is that of ${other ?? 'no team'} already.`)
      seen.set(secret, name)
    }
}

/** Both are what Fleet calls hosts in no team, now and before. */
const mustBeCalledOnce = (files: readonly string[], { complainOf, shown }: Reading): void => {
  const called = (name: RegExp) => files.find((file) => name.test(basename(file)))
  const [now, before] = [called(/^unassigned\.ya?ml$/i), called(/^no-team\.ya?ml$/i)]
  if (now !== undefined && before !== undefined)
    complainOf(before)(1, `${shown(now)} is the present name of this file; keep one of them.`)
}

const variablesOf = (teams: readonly WantedTeam[], environment: Environment): Wanted['variables'] => {
  const named = new Set(teams.flatMap(({ profiles }) => profiles.flatMap(({ secrets }) => secrets)))
  return [...named].sort().flatMap((name) => {
    const value = environment[`FLEET_SECRET_${name}`]
    return value === undefined || value === '' ? [] : [{ name, value }]
  })
}
