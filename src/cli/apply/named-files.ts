import { isPattern } from './glob.ts'
import type { Fields } from './shape.ts'
import { textOf } from './shape.ts'
import type { Complain } from './tree.ts'

/** Files as an item of a list names them: one by its path, or all (`many`) that a pattern fits. */
export type NamedFiles = Readonly<{ path: string; many: boolean; line: number }>

/** What an item names by `path` or `paths`; null: neither, or what makes no sense, which `complain` is told. */
export const namedFilesIn = ({ path: one, paths: all }: Fields, complain: Complain): NamedFiles | 'wrong' | null => {
  const entry = one ?? all
  if (entry === undefined) return null
  const { line } = entry
  const wrong = (problem: string): 'wrong' => {
    complain(line, problem)
    return 'wrong'
  }
  if (one !== undefined && all !== undefined)
    return wrong('An item has either path, for one file, or paths, for all that a pattern fits.')
  const many = all !== undefined
  const path = textOf(entry.value, entry.key, complain, 4096)
  if (path === null) return many ? wrong('paths must be a pattern.') : null
  if (many && !isPattern(path)) return wrong(`paths must be a pattern, such as lib/*.xml; path names the one file ${path}.`)
  if (!many && isPattern(path)) return wrong(`path names one file; the pattern ${path} is told as paths.`)
  return { path, many, line }
}
