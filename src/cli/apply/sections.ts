import { isPattern } from './glob.ts'
import { isNothing, textOf } from './shape.ts'
import type { Complain, Entry, Tree } from './tree.ts'

/** A part of a file, where it stands: paths in it begin there, and what is wrong with it is told of there. */
export type Section = Readonly<{ file: string; tree: Tree | undefined; complain: Complain }>

/** Those that stand in files of their own, by the key that names them. */
export type Sections = ReadonlyMap<string, Section>

/** Keys whose map may be `{path: …}`: a file that holds it. */
const keys: ReadonlySet<string> = new Set(['controls', 'settings', 'team_settings', 'org_settings'])

type Reading = Readonly<{
  complainOf: (file: string) => Complain
  /** A file that another one names, in a line of it; null when it cannot be read, which is complained of there. */
  named: (path: string, from: Readonly<{ file: string; line: number }>) => Promise<Readonly<{ file: string; tree: Tree }> | null>
}>

/** The sections that a file names by a path. A section in a file of its own cannot name another file: https://fleetdm.com/docs/configuration/yaml-files */
export const sectionsOf = async (tree: Tree, file: string, reading: Reading): Promise<Sections> => {
  const sections = new Map<string, Section>()
  if (tree.kind !== 'map') return sections
  const complain = reading.complainOf(file)
  const nothing = (line: number): Section => ({ file, tree: { kind: 'value', line, value: null }, complain })
  for (const { key, value, line } of tree.entries) {
    const named = keys.has(key) ? pathIn(value) : undefined
    if (named === undefined || value.kind !== 'map') continue
    sections.set(key, nothing(line))
    const path = textOf(named.value, `${key}.path`, complain, 4096)
    if (value.entries.length > 1) complain(named.line, `${key} with a path can have nothing else.`)
    if (path === null && isNothing(named.value)) complain(named.line, `${key}.path must name a file.`)
    if (path !== null && isPattern(path)) complain(named.line, `${key}.path names one file, and ${path} is a pattern.`)
    const other = path === null || isPattern(path) ? null : await reading.named(path, { file, line: named.line })
    if (other === null) continue
    const complainThere = reading.complainOf(other.file)
    const further = pathIn(other.tree)
    if (further === undefined) sections.set(key, { ...other, complain: complainThere })
    else complainThere(further.line, `A file of ${key} cannot name another one.`)
  }
  return sections
}

const pathIn = (tree: Tree): Entry | undefined =>
  tree.kind === 'map' ? tree.entries.find(({ key }) => key === 'path') : undefined
