/** Things that wait to be dealt with, each at most once however often it was told, a bounded number at a time. */
export type WakeQueue<T> = Readonly<{
  wake: (item: T) => void
  /** Resolves when nothing waits and nothing runs. */
  idle: () => Promise<void>
  /** Forgets what waits; what runs goes on. Later calls of `wake` do nothing. */
  stop: () => void
}>

/** `run` must not throw. An item that is told while it runs is run once more. */
export const wakeQueue = <T>(concurrency: number, run: (item: T) => Promise<void>): WakeQueue<T> => {
  const waiting = new Set<T>()
  const idling: (() => void)[] = []
  let running = 0
  let stopped = false

  const fill = (): void => {
    for (const item of waiting) {
      if (running >= concurrency) return
      waiting.delete(item)
      running += 1
      void run(item).finally(() => {
        running -= 1
        fill()
        if (running === 0) for (const resolve of idling.splice(0)) resolve()
      })
    }
  }

  return {
    wake: (item) => {
      if (stopped) return
      waiting.add(item)
      fill()
    },
    idle: async () => {
      if (running > 0) await new Promise<void>((resolve) => idling.push(resolve))
    },
    stop: () => {
      stopped = true
      waiting.clear()
    },
  }
}
