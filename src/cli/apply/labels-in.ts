import { criteriaKeys, labelKeys } from './fleet-keys.ts'
import type { NamedFiles } from './named-files.ts'
import { namedFilesIn } from './named-files.ts'
import type { Telling } from './shape.ts'
import { fieldsOf, isNothing, textOf, textsOf } from './shape.ts'
import type { Tree } from './tree.ts'

/** A label as files define it. `hosts` null: whatever hosts it has, because the file says nothing of them; an empty list: none. */
export type WantedLabel = Readonly<{
  name: string
  description: string
  platform: string
  line: number
}> &
  (
    | Readonly<{ membership: 'dynamic'; query: string }>
    | Readonly<{ membership: 'manual'; hosts: readonly string[] | null }>
    | Readonly<{ membership: 'host_vitals'; criteria: Criteria }>
  )

/** What the server knows of a host, and the value that it must have. */
type Criteria = Readonly<{ vital: string; value: string }>

/** A label, or other files that have lists of them. */
export type LabelItem = Readonly<{ kind: 'label'; label: WantedLabel }> | (NamedFiles & Readonly<{ kind: 'files' }>)

const platforms = ['', 'darwin', 'windows', 'linux', 'ios', 'ipados']
const builtIn = ['all hosts', 'macos', 'ios', 'ipados', 'ms windows']
const mostHosts = 10_000

/** Reads the labels of a list; those that make no sense are complained of and left out. */
export const labelsIn = (items: readonly Tree[], telling: Telling): readonly LabelItem[] =>
  items.flatMap((item) => {
    const { complain } = telling
    const fields = fieldsOf(item, 'labels', labelKeys, telling)
    const named = namedFilesIn(fields, complain)
    if (named === 'wrong') return []
    if (named === null) return labelIn(item, telling)
    if (Object.values(fields).length > 1) complain(item.line, 'An item of labels with a path can have nothing else.')
    return [{ kind: 'files', ...named }]
  })

const labelIn = (item: Tree, telling: Telling): readonly LabelItem[] => {
  const { complain } = telling
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
  const isOfVitals = fields['criteria'] !== undefined && !isNothing(fields['criteria'].value)
  const membership = text('label_membership_type') ?? (query !== null ? 'dynamic' : isOfVitals ? 'host_vitals' : 'manual')
  const saysNothing = fields['hosts'] === undefined || isNothing(fields['hosts'].value)
  const hosts = membership !== 'manual' && saysNothing ? null : listed
  if (builtIn.includes(name.toLowerCase())) return wrong('has the name of one that every server has.')
  if (!platforms.includes(common.platform)) return wrong(`has an unknown platform; there are ${platforms.slice(1).join(', ')}.`)
  if (isOfVitals && membership !== 'host_vitals') return wrong(`is ${membership} and cannot have criteria.`)
  if (membership === 'host_vitals') {
    if (hosts !== null) return wrong('goes by what the server knows of hosts and cannot have hosts.')
    if (query !== null) return wrong('goes by what the server knows of hosts and cannot have a query.')
    if (!isOfVitals) return wrong('goes by what the server knows of hosts and needs criteria.')
    const criteria = criteriaIn(fields['criteria']?.value, telling)
    return criteria === null ? [] : [label({ ...common, membership, criteria })]
  }
  if (membership === 'dynamic') {
    if (hosts !== null) return wrong('is dynamic and cannot have hosts.')
    return query === null ? wrong('is dynamic and needs a query.') : [label({ ...common, membership, query })]
  }
  if (membership !== 'manual') return wrong('must have the label_membership_type dynamic, manual or host_vitals.')
  if (query !== null) return wrong('is manual and cannot have a query.')
  if (hosts !== null && hosts.length > mostHosts) return wrong(`has more than ${String(mostHosts)} hosts.`)
  return [label({ ...common, membership, hosts: hosts === null ? null : [...new Set(hosts)] })]
}

const criteriaIn = (tree: Tree | undefined, telling: Telling): Criteria | null => {
  const { complain } = telling
  const fields = fieldsOf(tree, 'labels.criteria', criteriaKeys, telling)
  const [vital, value, operator] = ['vital', 'value', 'operator'].map((key) => textOf(fields[key]?.value, key, complain))
  const line = tree?.line ?? 1
  if (operator !== null && operator !== '=') complain(line, `The operator of criteria is =; ${operator ?? ''} is not known here.`)
  if (vital == null || value == null) complain(line, 'Criteria need a vital and its value.')
  return vital == null || value == null ? null : { vital, value }
}

/** What is wrong with the keys was said before. */
const silently: Telling = { complain: () => undefined, ignore: () => undefined }

const label = (wanted: WantedLabel): LabelItem => ({ kind: 'label', label: wanted })
