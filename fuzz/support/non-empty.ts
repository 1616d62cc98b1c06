/** A list to choose from. Throws when there is nothing in it. */
export const nonEmpty = <T>(items: readonly T[]): readonly [T, ...T[]] => {
  const [first, ...rest] = items
  if (first === undefined) throw new Error('There is nothing to choose from.')
  return [first, ...rest]
}
