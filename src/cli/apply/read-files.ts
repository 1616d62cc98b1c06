import { basename } from 'node:path'
import type { Family } from '../../client/settings-client.ts'
import type { Environment } from './environment.ts'
import { gather } from './gather.ts'
import type { LabelItem, WantedLabel } from './labels-in.ts'
import { FilesError } from './problems.ts'
import type { Reading } from './reading.ts'
import { readingIn } from './reading.ts'
import { sectionsOf } from './sections.ts'
import type { ProfileItem, TeamFile } from './team-file.ts'
import { teamFileIn } from './team-file.ts'
import type { Wanted, WantedProfile, WantedTeam } from './wanted.ts'
import { comparable } from './wanted.ts'

/** Reads a file, or the files of a folder, and all that they name. Throws `FilesError` with everything that is wrong. */
export const readFiles = async (path: string, environment: Environment): Promise<Wanted> => {
  const { root, files } = await gather(path)
  const problems: string[] = []
  const reading = readingIn(root, environment, problems)

  const teams: Told<TeamFile>[] = []
  for (const file of files) {
    const tree = await reading.tree(file)
    if (tree === null) continue
    const sections = await sectionsOf(tree, file, reading)
    teams.push({ file, ...teamFileIn(tree, file, { complain: reading.complainOf(file), sections }) })
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
  const heeded = wanted
    .flatMap(({ profiles }) => profiles ?? [])
    .flatMap(({ from, warnings }) => warnings.map((warning) => `${from}: ${warning}`))
  return { labels, teams: wanted, variables: variablesOf(wanted, environment), notes: [...notes, ...reading.notes, ...heeded] }
}

type Told<T> = T & Readonly<{ file: string }>

const labelsOf = async (teams: readonly Told<TeamFile>[], reading: Reading): Promise<readonly WantedLabel[]> => {
  const labels = new Map<string, WantedLabel>()
  const add = (item: Told<LabelItem>): void => {
    const complain = reading.complainOf(item.file)
    if (item.kind === 'files') return complain(item.line, 'A file of labels cannot name another one.')
    const key = comparable(item.label.name)
    if (labels.has(key)) complain(item.label.line, `The label ${item.label.name} is there more than once.`)
    labels.set(key, item.label)
  }
  const files = new Set<string>()
  for (const { file, labels: items } of teams)
    for (const item of items) {
      if (item.kind === 'label') add({ file, ...item })
      else
        for (const list of await reading.labels(item, file)) {
          // Several teams may name the same file of labels.
          if (files.has(list.file)) continue
          files.add(list.file)
          for (const one of list.items) add({ file: list.file, ...one })
        }
    }
  return [...labels.values()]
}

/** What all files say of one team, each item with the file that it stands in. */
type Team = Readonly<{
  name: string | null
  secrets: readonly string[] | null
  profiles: Readonly<Record<Family, readonly ProfileItem[] | null>>
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
    const listed = (family: Family) => before?.profiles[family] ?? next.profiles[family]
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
    for (const { path, ...profile } of await reading.profiles(item)) {
      const twice = seen.has(profile.key) || seen.has(profile.name)
      if (twice) reading.complainOf(item.file)(item.line, `${path}: The team has another profile with this name or identifier.`)
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
