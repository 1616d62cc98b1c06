import { basename } from 'node:path'
import type { Family } from '../../client/settings-client.ts'
import type { Keys } from './fleet-keys.ts'
import {
  appleKeys,
  controlsKeys,
  fileKeys,
  orgSettingsKeys,
  profileKeys,
  secretKeys,
  settingsKeys,
  windowsKeys,
} from './fleet-keys.ts'
import type { LabelItem } from './labels-in.ts'
import { labelsIn } from './labels-in.ts'
import type { NamedFiles } from './named-files.ts'
import { namedFilesIn } from './named-files.ts'
import type { Section, Sections } from './sections.ts'
import type { Fields, Telling } from './shape.ts'
import { fieldsOf, isNothing, listOf, textOf, textsOf } from './shape.ts'
import type { Complain, Tree } from './tree.ts'

/** Which hosts settings are for, by names of labels. */
export type Aims = Readonly<{ includeAll: readonly string[]; includeAny: readonly string[]; excludeAny: readonly string[] }>

/** Settings that `file` names by the path of another. */
export type ProfileItem = NamedFiles & Readonly<{ file: string; platform: Family; aims: Aims }>

/** What one file says; null where it says nothing. `ignored` are sections that are not managed here. */
export type TeamFile = Readonly<{
  /** Null: no team. */
  team: string | null
  line: number
  labels: readonly LabelItem[]
  secrets: readonly string[] | null
  /** Each list that is told; the other one stays as it is. */
  profiles: Readonly<Record<Family, readonly ProfileItem[] | null>>
  ignored: readonly string[]
}>

const aimKeys = ['labels_include_all', 'labels_include_any', 'labels_exclude_any'] as const
const mostSecrets = 50

/**
 * Reads what a file says of a team, or of no team: one that is named so, or the file of the whole server, which has no name. `sections` are those that
 * stand in files of their own.
 */
export const teamFileIn = (
  tree: Tree,
  file: string,
  { complain, sections }: Readonly<{ complain: Complain; sections: Sections }>,
): TeamFile => {
  const ignored: string[] = []
  const ignore = (path: string): void => void ignored.push(path)
  const telling = { complain, ignore }
  const fields = fieldsOf(tree, '', fileKeys, telling)
  const section = (key: string): Found => {
    const entry = fields[key]
    const told = sections.get(entry?.key ?? key) ?? { file, tree: entry?.value, complain }
    return { ...told, key: entry?.key ?? key, telling: { complain: told.complain, ignore } }
  }
  const { team, line } = teamIn(fields, tree, file, complain)
  return {
    team,
    line,
    labels: labelsIn(listOf(fields['labels'], 'labels', complain) ?? [], telling),
    secrets: secretsIn(section('settings'), settingsKeys) ?? secretsIn(section('org_settings'), orgSettingsKeys),
    profiles: profilesIn(section('controls')),
    ignored,
  }
}

/** What Fleet calls hosts in no team, and the file that must be called so. */
const noTeamFiles: Readonly<Record<string, string>> = { unassigned: 'Unassigned', 'no-team': 'No team' }
/** Names of everything at once. */
const everything = ['all teams', 'all fleets']

const teamIn = (fields: Fields, tree: Tree, file: string, complain: Complain): Pick<TeamFile, 'team' | 'line'> => {
  const name = textOf(fields['name']?.value, 'name', complain)
  const line = fields['name']?.line ?? tree.line
  const isNamed = fields['name'] !== undefined && !isNothing(fields['name'].value)
  const isOfServer = fields['org_settings'] !== undefined
  const called = basename(file)
    .replace(/\.ya?ml$/i, '')
    .toLowerCase()
  const expected = Object.hasOwn(noTeamFiles, called) ? noTeamFiles[called] : undefined
  if (isOfServer)
    for (const key of ['name', 'settings'] as const)
      if (fields[key] !== undefined)
        complain(fields[key].line, `${fields[key].key} is of a team, and org_settings of the whole server: no file has both.`)
  if (expected !== undefined && isNamed && comparable(name) !== comparable(expected))
    complain(line, `A file that is called ${called} must have the name ${expected}.`)
  else if (!isNamed && expected !== undefined) complain(tree.line, `The file must have the name ${expected}.`)
  else if (!isNamed && !isOfServer && called !== 'default')
    complain(tree.line, 'The file must have the name of its team, or be called default.yml.')
  if (everything.includes(comparable(name))) complain(line, `No team can have the name ${name ?? ''}.`)
  const isNoTeam = name === null || Object.values(noTeamFiles).some((one) => comparable(one) === comparable(name))
  return { team: isNoTeam ? null : name, line }
}

const comparable = (name: string | null): string => (name ?? '').trim().toLowerCase()

/** A section, wherever it stands, by the key that it has there. */
type Found = Section & Readonly<{ key: string; telling: Telling }>

const secretsIn = ({ tree, key: what, telling }: Found, keys: Keys): readonly string[] | null => {
  const { complain } = telling
  const { secrets } = fieldsOf(tree, what, keys, telling)
  const items = listOf(secrets, `${what}.secrets`, complain)
  if (items === null) return null
  if (items.length > mostSecrets) complain(items[0]?.line ?? 1, `A team has at most ${String(mostSecrets)} enroll secrets.`)
  const told = items.flatMap((item) => {
    const { secret } = fieldsOf(item, `${what}.secrets`, secretKeys, telling)
    const text = textOf(secret?.value, 'secret', complain)
    // What it is must not be shown.
    if (item.kind === 'map' && (text === null || !/^[\x21-\x7e]{8,}$/.test(text))) {
      complain(item.line, 'secret must be 8 to 255 visible ASCII characters.')
      return []
    }
    return text === null ? [] : [text]
  })
  return [...new Set(told)]
}

/** The sections of `controls` that name settings. */
const controlsSections = { apple: ['apple_settings', appleKeys], windows: ['windows_settings', windowsKeys] } as const

const profilesIn = ({ file, tree, telling }: Found): TeamFile['profiles'] => {
  const fields = fieldsOf(tree, 'controls', controlsKeys, telling)
  const listed = (platform: Family): readonly ProfileItem[] | null => {
    const [section, keys] = controlsSections[platform]
    const what = `controls.${fields[section]?.key ?? section}`
    const { configuration_profiles: list } = fieldsOf(fields[section]?.value, what, keys, telling)
    const path = `${what}.${list?.key ?? 'configuration_profiles'}`
    return listOf(list, path, telling.complain)?.flatMap((item) => profileIn(item, path, { file, platform, telling })) ?? null
  }
  return { apple: listed('apple'), windows: listed('windows') }
}

const profileIn = (
  item: Tree,
  what: string,
  { file, platform, telling }: Readonly<{ file: string; platform: Family; telling: Telling }>,
): readonly ProfileItem[] => {
  const { complain } = telling
  const fields = fieldsOf(item, what, profileKeys, telling)
  const named = namedFilesIn(fields, complain)
  const [includeAll, includeAny, excludeAny] = aimKeys.map((key) => [...new Set(textsOf(fields[key], key, complain) ?? [])])
  const aims = { includeAll: includeAll ?? [], includeAny: includeAny ?? [], excludeAny: excludeAny ?? [] }
  if (aims.includeAll.length > 0 && aims.includeAny.length > 0)
    complain(item.line, 'labels_include_all and labels_include_any cannot be combined.')
  if (named === null) complain(item.line, `${what} must name the path of each of its files.`)
  return named === null || named === 'wrong' ? [] : [{ ...named, line: item.line, file, platform, aims }]
}
