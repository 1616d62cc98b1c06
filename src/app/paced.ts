import { setTimeout as pause } from 'node:timers/promises'

export type Pacing<T> = Readonly<{
  restAfter: (length: number) => number
  full: number
  signal: AbortSignal
  prepare?: (batch: T) => Promise<void>
}>

/**
 * Rests so long after each batch, in ms, as `restAfter` says of its length, unless it was full, so that what comes in a rush is taken together: each batch
 * costs the same few statements, however many events it has. The first after a quiet time comes at once. The next batch is fetched while the last one is
 * used, and `prepare` done with it.
 */
export async function* paced<T extends Readonly<{ length: number }>>(
  batches: AsyncIterable<T>,
  { restAfter, full, signal, prepare = () => Promise.resolve() }: Pacing<T>,
): AsyncGenerator<T> {
  const iterator = batches[Symbol.asyncIterator]()
  const fetch = async (restMs: number): Promise<IteratorResult<T>> => {
    if (restMs > 0) await pause(restMs, undefined, { signal }).catch(() => undefined)
    const result = await iterator.next()
    if (result.done !== true) await prepare(result.value)
    return result
  }
  const begun = (restMs: number): Promise<IteratorResult<T>> => {
    const next = fetch(restMs)
    next.catch(() => undefined)
    return next
  }
  let next = begun(0)
  try {
    for (;;) {
      const result = await next
      if (result.done === true) return
      next = begun(result.value.length >= full ? 0 : restAfter(result.value.length))
      yield result.value
    }
  } finally {
    // A fetch may still be waiting for events: the iterator ends after it, when the subscription's signal aborts.
    iterator.return?.().catch(() => undefined)
  }
}
