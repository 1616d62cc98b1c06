/** Runs bodies one after the other for each name, and side by side for different names. */
export type OneAtATime = Readonly<{
  run: (name: string, body: () => Promise<void>) => Promise<void>
  /** Resolves when nothing runs or waits to run. */
  idle: () => Promise<void>
}>

export const oneAtATime = (): OneAtATime => {
  const last = new Map<string, Promise<void>>()
  return {
    run: (name, body) => {
      const turn = (last.get(name) ?? Promise.resolve()).then(body)
      const settled: Promise<void> = turn
        .catch(() => undefined)
        .then(() => {
          if (last.get(name) === settled) last.delete(name)
        })
      last.set(name, settled)
      return turn
    },
    idle: async () => {
      while (last.size > 0) await Promise.all(last.values())
    },
  }
}
