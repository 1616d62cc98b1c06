/**
 * Does `work` for every item, at most `limit` at a time; answers in the items' order. The first failure rejects: nothing more is begun, and
 * begun work is waited for.
 */
export const inParallel = async <T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results = new Array<R>(items.length)
  const failures: unknown[] = []
  let next = 0
  const take = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++
      try {
        results[index] = await work(items[index] as T)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, take))
  if (failures.length > 0) throw failures[0]
  return results
}
