/** Lets at most `limit` tasks run at once; the others wait their turn. */
export type InFlight = Readonly<{
  run: <T>(task: () => Promise<T>) => Promise<T>
  /** Resolves when nothing runs and nothing waits. */
  drained: () => Promise<void>
}>

export const inFlight = (limit: number): InFlight => {
  const waiting: (() => void)[] = []
  const draining: (() => void)[] = []
  let running = 0

  const enter = async (): Promise<void> => {
    if (running < limit) running += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }

  /** Hands the place on, so that nobody who comes later can take it first. */
  const leave = (): void => {
    const next = waiting.shift()
    if (next !== undefined) {
      next()
      return
    }
    running -= 1
    if (running === 0) for (const resolve of draining.splice(0)) resolve()
  }

  return {
    run: async (task) => {
      await enter()
      try {
        return await task()
      } finally {
        leave()
      }
    },
    drained: async () => {
      if (running > 0) await new Promise<void>((resolve) => draining.push(resolve))
    },
  }
}
