import type { SettingsDiff, SettingsTree, SettingsVersion } from '../client/history-json.ts'
import { table, when } from './table.ts'

/** What a profile sets, for people: a line for each value, under the keys that lead to it. */
export const settingsText = ({
  name,
  checksum,
  updated_at,
  settings,
}: SettingsVersion & Readonly<{ settings: SettingsTree }>): string =>
  [`${name}, version ${checksum} of ${when(updated_at)}`, ...linesOf(settings, '  ')].join('\n')

const linesOf = (value: SettingsTree, indent: string): readonly string[] =>
  entriesOf(value).flatMap(([key, inner]) =>
    isLeaf(inner) ? [`${indent}${key}: ${leaf(inner)}`] : [`${indent}${key}:`, ...linesOf(inner, `${indent}  `)],
  )

/** Members of lists under what names them, or `-`. */
const entriesOf = (value: SettingsTree): readonly (readonly [string, SettingsTree])[] => {
  if (Array.isArray(value)) return (value as readonly SettingsTree[]).map((member) => ['-', member])
  return typeof value === 'object' && value !== null ? Object.entries(value) : [['value', value]]
}

const isLeaf = (value: SettingsTree): boolean => typeof value !== 'object' || value === null || Object.keys(value).length === 0

/** As JSON: what is a number is told from a text that looks like one, and no line breaks out of its own. */
const leaf = (value: SettingsTree | undefined): string => (value === undefined ? '-' : JSON.stringify(value))

/** What is set otherwise, for people. */
export const settingsDiffTable = ({ changes, more, from, to }: SettingsDiff): string => {
  if (changes.length === 0) return `Nothing is different: ${from.checksum} and ${to.checksum} set the same.`
  const rows = changes.map(({ path, before, after }) => [path, leaf(before), leaf(after)])
  return [table(['setting', 'was', 'is'], rows), ...(more > 0 ? [`and ${String(more)} more`] : [])].join('\n')
}
