/** Does `work` for every item, at most `limit` at a time; answers in the items' order. The first failure rejects; begun work is waited for. */
export const inParallel = async <T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results = new Array<R>(items.length)
  let next = 0
  const take = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index] as T)
    }
  }
  const takers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, take))
  const failure = takers.find((taker) => taker.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return results
}
