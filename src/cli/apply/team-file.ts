import { basename } from 'node:path'
import type { LabelItem } from './labels-in.ts'
import { labelsIn } from './labels-in.ts'
import { fieldsOf, isNothing, listOf, textOf, textsOf } from './shape.ts'
import type { Complain, Entry, Tree } from './tree.ts'

/** Which hosts settings are for, by names of labels. */
export type Aims = Readonly<{ includeAll: readonly string[]; includeAny: readonly string[]; excludeAny: readonly string[] }>

/** Settings that a file names by the path of another. */
export type ProfileItem = Readonly<{ path: string; line: number; platform: 'apple' | 'windows'; aims: Aims }>

/** What one file says; null where it says nothing. `ignored` are sections that are not managed here. */
export type TeamFile = Readonly<{
  /** Null: no team. */
  team: string | null
  line: number
  labels: readonly LabelItem[]
  secrets: readonly string[] | null
  profiles: readonly ProfileItem[] | null
  ignored: readonly string[]
}>

const unmanaged = ['policies', 'queries', 'agent_options', 'org_settings', 'software', 'reports']
const keys = ['name', 'labels', 'team_settings', 'controls', ...unmanaged]
const aimKeys = ['labels_include_all', 'labels_include_any', 'labels_exclude_any'] as const
const mostSecrets = 50

/** Reads what a file says of a team, or of no team: one that is named so, or a `default.yml` without a name. */
export const teamFileIn = (tree: Tree, file: string, complain: Complain): TeamFile => {
  const fields = fieldsOf(tree, '', keys, complain)
  const name = textOf(fields['name']?.value, 'name', complain)
  const isNamed = fields['name'] !== undefined && !isNothing(fields['name'].value)
  if (!isNamed && !/^default\.ya?ml$/i.test(basename(file)))
    complain(tree.line, 'The file must have the name of its team, or be called default.yml.')
  return {
    team: name === null || name.toLowerCase() === 'no team' ? null : name,
    line: fields['name']?.line ?? tree.line,
    labels: labelsIn(listOf(fields['labels'], 'labels', complain) ?? [], complain),
    secrets: secretsIn(fields['team_settings'], complain),
    profiles: profilesIn(fields['controls'], complain),
    ignored: unmanaged.filter((key) => {
      const entry = fields[key]
      return entry !== undefined && !isNothing(entry.value)
    }),
  }
}

const secretsIn = (settings: Entry | undefined, complain: Complain): readonly string[] | null => {
  const { secrets } = fieldsOf(settings?.value, 'team_settings', ['secrets'], complain)
  const items = listOf(secrets, 'team_settings.secrets', complain)
  if (items === null) return null
  if (items.length > mostSecrets) complain(items[0]?.line ?? 1, `A team has at most ${String(mostSecrets)} enroll secrets.`)
  const told = items.flatMap((item) => {
    const { secret } = fieldsOf(item, 'team_settings.secrets', ['secret'], complain)
    const text = textOf(secret?.value, 'secret', complain)
    // What it is must not be shown.
    if (text === null || !/^[\x21-\x7e]{8,}$/.test(text)) {
      complain(item.line, 'secret must be 8 to 255 visible ASCII characters.')
      return []
    }
    return [text]
  })
  return [...new Set(told)]
}

/** Where Fleet has settings: sections of `controls`, the key in each, and what they are for. */
const sections = [
  ['macos_settings', 'custom_settings', 'apple'],
  ['apple_settings', 'configuration_profiles', 'apple'],
  ['windows_settings', 'custom_settings', 'windows'],
] as const

const profilesIn = (controls: Entry | undefined, complain: Complain): readonly ProfileItem[] | null => {
  const names = sections.map(([section]) => section)
  const fields = fieldsOf(controls?.value, 'controls', names, complain)
  const lists = sections.map(([section, key, platform]) => {
    const what = `controls.${section}`
    const list = listOf(fieldsOf(fields[section]?.value, what, [key], complain)[key], `${what}.${key}`, complain)
    return list?.flatMap((item) => profileIn(item, `${what}.${key}`, { platform, complain })) ?? null
  })
  const told = lists.filter((list) => list !== null)
  return told.length === 0 ? null : told.flat()
}

const profileIn = (
  item: Tree,
  what: string,
  { platform, complain }: Readonly<{ platform: ProfileItem['platform']; complain: Complain }>,
): readonly ProfileItem[] => {
  const fields = fieldsOf(item, what, ['path', ...aimKeys], complain)
  const path = textOf(fields['path']?.value, 'path', complain, 4096)
  const [includeAll, includeAny, excludeAny] = aimKeys.map((key) => [...new Set(textsOf(fields[key], key, complain) ?? [])])
  const aims = { includeAll: includeAll ?? [], includeAny: includeAny ?? [], excludeAny: excludeAny ?? [] }
  if (aims.includeAll.length > 0 && aims.includeAny.length > 0)
    complain(item.line, 'labels_include_all and labels_include_any cannot be combined.')
  if (path === null) {
    complain(item.line, `${what} must name the path of each of its files.`)
    return []
  }
  return [{ path, line: item.line, platform, aims }]
}
