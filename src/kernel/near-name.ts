/** How many letters two words may differ in, as a share of the longer one, to be taken for each other. */
const nearest = 0.4

/** The name that was most likely meant by a word that is none of them; null when none comes near. Letters' case does not count. */
export const nearName = (word: string, names: readonly string[]): string | null => {
  const told = word.slice(0, 100).toLowerCase()
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const name of names) {
    const far = distance(told, name.toLowerCase())
    if (far <= nearest * Math.max(told.length, name.length) && far < least) [best, least] = [name, far]
  }
  return best
}

/** By how many letters that are added, left out, changed, or exchanged with their neighbour two words differ (optimal string alignment). */
const distance = (one: string, other: string): number => {
  let [twoAbove, above] = [[] as readonly number[], Array.from({ length: other.length + 1 }, (_, index) => index)]
  for (let row = 1; row <= one.length; row++) {
    const line = [row]
    for (let column = 1; column <= other.length; column++) {
      const change = one[row - 1] === other[column - 1] ? 0 : 1
      const at = (cells: readonly number[], index: number): number => cells[index] ?? Number.POSITIVE_INFINITY
      let cost = Math.min(at(above, column) + 1, at(line, column - 1) + 1, at(above, column - 1) + change)
      if (one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        cost = Math.min(cost, at(twoAbove, column - 2) + 1)
      line.push(cost)
    }
    ;[twoAbove, above] = [above, line]
  }
  return above.at(-1) ?? 0
}
