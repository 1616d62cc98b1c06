/**
 * The latest of many things, by key; older ones are forgotten. A value like any other: adding to it copies the young ones, few, and all of it
 * only when those have become many.
 */
export type Recent<V> = Readonly<{ young: ReadonlyMap<string, V>; old: ReadonlyMap<string, V> }>

export const nothingRecent = <V>(): Recent<V> => ({ young: new Map(), old: new Map() })

const mostYoung = 32

/** What is remembered under a key; undefined when nothing is, or it was forgotten. */
export const recently = <V>({ young, old }: Recent<V>, key: string): V | undefined => young.get(key) ?? old.get(key)

/** All keys that are remembered, the oldest first. */
export const recentKeys = <V>({ young, old }: Recent<V>): readonly string[] => [...new Map([...old, ...young]).keys()]

/** With these keys all of one value. At least the latest `keep` are remembered. */
export const withRecent = <V>(
  { young, old }: Recent<V>,
  keys: readonly string[],
  { as, keep }: Readonly<{ as: V; keep: number }>,
): Recent<V> => {
  const grown = atTheEnd(
    young,
    keys.map((key) => [key, as] as const),
  )
  if (grown.size <= mostYoung) return { young: grown, old }
  return { young: new Map(), old: new Map([...atTheEnd(old, grown)].slice(-keep)) }
}

/** What was there already moves to the end, too. */
const atTheEnd = <V>(before: ReadonlyMap<string, V>, entries: Iterable<readonly [string, V]>): ReadonlyMap<string, V> => {
  const after = new Map(before)
  for (const [key, value] of entries) {
    after.delete(key)
    after.set(key, value)
  }
  return after
}
