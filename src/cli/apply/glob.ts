import type { Dirent } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { isInside } from './gather.ts'

/** Characters that make a pattern of a path: https://pkg.go.dev/github.com/bmatcuk/doublestar/v4, by which Fleet reads `paths`. */
export const isPattern = (path: string): boolean => /[*?[{]/.test(path)

/** What one pattern may mean with its braces, how many folders and files are looked at for it, and how deep. */
const most = { alternatives: 100, entries: 50_000, levels: 32 }

/**
 * The files that a pattern fits, read from `folder` on and within `root` (both absolute, without links), each once, in the order of their paths by
 * code unit. `*` and `?` stand for what holds no slash, `[a-z]` and `[^a-z]` for one character, `{a,b}` for either, `**` for any folders; a
 * backslash takes a sign as it is. `**` goes through no links, and nothing through `.git`. Throws an error whose message says what is wrong with
 * the pattern, or that it leads to too much.
 */
export const filesFitting = async (root: string, folder: string, pattern: string): Promise<readonly string[]> => {
  const found = new Set<string>()
  let looked = 0

  const entriesOf = async (at: string): Promise<readonly Dirent[]> => {
    const real = await realpath(at).catch(() => null)
    if (real === null) return []
    if (!isInside(root, real)) throw new Error(`The path ${pattern} leads out of ${root}.`)
    const entries = await readdir(at, { withFileTypes: true }).catch(() => [])
    looked += entries.length + 1
    if (looked > most.entries) throw new Error(`More than ${String(most.entries)} files and folders would be looked at.`)
    return entries.filter(({ name }) => name !== '.git')
  }

  const walk = async (at: string, segments: readonly Segment[], level: number): Promise<void> => {
    const [first, ...rest] = segments
    if (first === undefined) return
    if (level > most.levels) throw new Error(`It leads through more than ${String(most.levels)} folders.`)
    if (first === 'up') return walk(join(at, '..'), rest, level)
    if (first === 'any') {
      await walk(at, rest, level)
      for (const entry of await entriesOf(at))
        if (entry.isDirectory()) await walk(join(at, entry.name), segments, level + 1)
        else if (rest.length === 0 && isFile(entry)) found.add(join(at, entry.name))
      return
    }
    for (const entry of await entriesOf(at))
      if (fits(Array.from(entry.name.normalize('NFC')), first))
        if (rest.length > 0) await walk(join(at, entry.name), rest, level + 1)
        else if (isFile(entry)) found.add(join(at, entry.name))
  }

  for (const one of withoutBraces(pattern.normalize('NFC'))) await walk(folder, segmentsOf(one), 0)
  return [...found].sort()
}

/** What a link leads to is seen when it is read. */
const isFile = (entry: Dirent): boolean => entry.isFile() || entry.isSymbolicLink()

/** One of the patterns' signs: a character, any one, any number of them, or one of these (`not`: of none of these). */
type Sign = 'one' | 'many' | Readonly<{ is: string }> | Readonly<{ not: boolean; ranges: readonly (readonly [string, string])[] }>

type Segment = readonly Sign[] | 'any' | 'up'

const segmentsOf = (pattern: string): readonly Segment[] =>
  pattern
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .filter((segment, index, all) => segment !== '**' || all[index - 1] !== '**')
    .map((segment) => (segment === '**' ? 'any' : segment === '..' ? 'up' : signsOf(segment)))

const signsOf = (segment: string): readonly Sign[] => {
  const signs: Sign[] = []
  let rest = segment
  while (rest !== '') {
    const [, negation, members = ''] = /^\[([!^]?)((?:\\.|[^\]\\])+)\]/.exec(rest) ?? []
    const [escaped, sign = ''] = /^\\(.)/u.exec(rest) ?? []
    if (negation !== undefined) {
      signs.push({ not: negation !== '', ranges: rangesOf(members) })
      rest = rest.slice(negation.length + members.length + 2)
    } else if (escaped !== undefined) {
      signs.push({ is: sign })
      rest = rest.slice(escaped.length)
    } else {
      const [next = ''] = rest
      if (next === '[' || next === '\\') throw new Error(`The ${next} in ${segment} is without its end.`)
      if (next === '*' && signs.at(-1) === 'many') signs.pop()
      signs.push(next === '*' ? 'many' : next === '?' ? 'one' : { is: next })
      rest = rest.slice(next.length)
    }
  }
  return signs
}

const rangesOf = (members: string): readonly (readonly [string, string])[] =>
  [...members.matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gu)].map(([, from = '', to = from]) => [from.slice(-1), to.slice(-1)])

/** Whether a name is what the signs say; where a `*` took too little, it takes one character more, and only the last one ever has to. */
const fits = (name: readonly string[], signs: readonly Sign[]): boolean => {
  let [at, sign] = [0, 0]
  let back: readonly [number, number] | null = null
  while (at < name.length) {
    const wanted = signs[sign]
    if (wanted === 'many') back = [at, ++sign]
    else if (wanted !== undefined && isOne(name[at] ?? '', wanted)) [at, sign] = [at + 1, sign + 1]
    else if (back === null) return false
    else {
      back = [back[0] + 1, back[1]]
      ;[at, sign] = back
    }
  }
  return signs.slice(sign).every((rest) => rest === 'many')
}

const isOne = (character: string, wanted: Sign): boolean => {
  if (wanted === 'one') return true
  if (wanted === 'many') return false
  if ('is' in wanted) return wanted.is === character
  return wanted.ranges.some(([from, to]) => character >= from && character <= to) !== wanted.not
}

/** The patterns that a pattern with braces stands for: the innermost braces are taken first, until there are none. */
const withoutBraces = (pattern: string): readonly string[] => {
  const done: string[] = []
  const open = [pattern]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const braces = firstBraces(one)
    if (braces === null) done.push(one)
    else {
      const [from, to] = braces
      const [before, after] = [one.slice(0, from), one.slice(to + 1)]
      const inner = one.slice(from + 1, to).split(',')
      open.push(...inner.map((alternative) => before + alternative + after))
    }
    if (done.length + open.length > most.alternatives)
      throw new Error(`The braces mean more than ${String(most.alternatives)} patterns.`)
  }
  return done
}

/** Where the first braces that hold no others begin and end; null: there are none. */
const firstBraces = (pattern: string): readonly [number, number] | null => {
  let from: number | null = null
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at]
    if (sign === '\\') at++
    else if (sign === '{') from = at
    else if (sign === '}') return from === null ? unmatched(pattern) : [from, at]
  }
  return from === null ? null : unmatched(pattern)
}

const unmatched = (pattern: string): never => {
  throw new Error(`A brace in ${pattern} is without its other one.`)
}
