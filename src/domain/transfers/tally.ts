import { grouped } from '../../kernel/grouped.ts'
import type { Left, LeftBecause, Tally } from './events.ts'

/** What became of one host. */
export type Fate = 'moved' | 'already-there' | LeftBecause

/** So many of the hosts that were left are named for each reason. */
const mostNamed = 20

export const nothing: Tally = { moved: 0, alreadyThere: 0, left: [] }

/** Counts what became of hosts, by their ids. */
export const tallyOf = (fates: readonly (readonly [hostId: string, fate: Fate])[]): Tally => {
  const [moved, alreadyThere] = [count(fates, 'moved'), count(fates, 'already-there')]
  const left = fates.flatMap(([hostId, because]): readonly Left[] =>
    because === 'moved' || because === 'already-there' ? [] : [{ because, hosts: 1, hostIds: [hostId] }],
  )
  return { moved, alreadyThere, left: together(left) }
}

/** What became of the hosts of both. */
export const sumOf = (one: Tally, other: Tally): Tally => ({
  moved: one.moved + other.moved,
  alreadyThere: one.alreadyThere + other.alreadyThere,
  left: together([...one.left, ...other.left]),
})

const count = (fates: readonly (readonly [string, Fate])[], wanted: Fate): number =>
  fates.filter(([, fate]) => fate === wanted).length

/** One line for each reason. */
const together = (lines: readonly Left[]): readonly Left[] =>
  [...grouped(lines, ({ because }) => because).values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const hosts = same.reduce((sum, line) => sum + line.hosts, 0)
    return [{ because: first.because, hosts, hostIds: same.flatMap(({ hostIds }) => hostIds).slice(0, mostNamed) }]
  })
