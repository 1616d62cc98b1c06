import { LogUnavailable } from '../../app/ports.ts'

/**
 * Lets at most `width` calls run at once; up to `queue` more wait their turn, and beyond that a call fails with `LogUnavailable`. A stock
 * server takes 100 calls per connection, subscriptions among them.
 */
export const lanes = (width: number, queue: number): (<T>(call: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let running = 0

  const enter = async (): Promise<void> => {
    if (running < width) {
      running += 1
      return
    }
    if (waiting.length >= queue) throw new LogUnavailable(`The event log is overloaded: ${String(queue)} calls are waiting.`)
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }

  return async (call) => {
    await enter()
    try {
      return await call()
    } finally {
      leave()
    }
  }
}
