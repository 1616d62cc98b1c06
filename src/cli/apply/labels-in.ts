import { labelKeys } from './fleet-keys.ts'
import type { Telling } from './shape.ts'
import { fieldsOf, isNothing, textOf, textsOf } from './shape.ts'
import type { Complain, Tree } from './tree.ts'

/** A label as files define it. `hosts` null: whatever hosts it has, because the file says nothing of them; an empty list: none. */
export type WantedLabel = Readonly<{
  name: string
  description: string
  platform: string
  line: number
}> &
  (Readonly<{ membership: 'dynamic'; query: string }> | Readonly<{ membership: 'manual'; hosts: readonly string[] | null }>)

/** A label, or the path of another file that has a list of them. */
export type LabelItem = Readonly<{ kind: 'label'; label: WantedLabel }> | Readonly<{ kind: 'path'; path: string; line: number }>

const platforms = ['', 'darwin', 'windows', 'linux', 'ios', 'ipados']
const builtIn = ['all hosts', 'macos', 'ios', 'ipados', 'ms windows']
const mostHosts = 10_000

/** Reads the labels of a list; those that make no sense are complained of and left out. */
export const labelsIn = (items: readonly Tree[], telling: Telling): readonly LabelItem[] =>
  items.flatMap((item) => {
    const { complain } = telling
    const fields = fieldsOf(item, 'labels', labelKeys, telling)
    const path = textOf(fields['path']?.value, 'path', complain, 4096)
    if (path === null) return labelIn(item, complain)
    if (Object.values(fields).length > 1) complain(item.line, 'An item of labels with a path can have nothing else.')
    return [{ kind: 'path', path, line: item.line }]
  })

const labelIn = (item: Tree, complain: Complain): readonly LabelItem[] => {
  if (item.kind !== 'map') return []
  const { line } = item
  const fields = fieldsOf(item, 'labels', labelKeys, silently)
  const text = (key: string, longest?: number) => textOf(fields[key]?.value, key, complain, longest)
  const name = text('name')
  if (name === null) {
    complain(line, 'A label needs a name.')
    return []
  }
  const wrong = (problem: string): readonly LabelItem[] => {
    complain(line, `The label ${name} ${problem}`)
    return []
  }
  const common = { name, description: text('description', 2000) ?? '', platform: text('platform') ?? '', line }
  const query = text('query', 65_536)
  const listed = textsOf(fields['hosts'], 'hosts', complain)
  const membership = text('label_membership_type') ?? (query === null ? 'manual' : 'dynamic')
  const saysNothing = fields['hosts'] === undefined || isNothing(fields['hosts'].value)
  const hosts = membership === 'dynamic' && saysNothing ? null : listed
  if (builtIn.includes(name.toLowerCase())) return wrong('has the name of one that every server has.')
  if (!platforms.includes(common.platform)) return wrong(`has an unknown platform; there are ${platforms.slice(1).join(', ')}.`)
  if (membership === 'dynamic') {
    if (hosts !== null) return wrong('is dynamic and cannot have hosts.')
    return query === null ? wrong('is dynamic and needs a query.') : [label({ ...common, membership, query })]
  }
  if (membership !== 'manual') return wrong('must have the label_membership_type dynamic or manual.')
  if (query !== null) return wrong('is manual and cannot have a query.')
  if (hosts !== null && hosts.length > mostHosts) return wrong(`has more than ${String(mostHosts)} hosts.`)
  return [label({ ...common, membership, hosts: hosts === null ? null : [...new Set(hosts)] })]
}

/** What is wrong with the keys was said before. */
const silently: Telling = { complain: () => undefined, ignore: () => undefined }

const label = (wanted: WantedLabel): LabelItem => ({ kind: 'label', label: wanted })
