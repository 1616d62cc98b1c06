/** Times what it runs, by name, in seconds to the millisecond. */
export type Phases = Readonly<{
  run: <T>(name: string, work: () => Promise<T>) => Promise<T>
  seconds: () => Readonly<Record<string, number>>
}>

export const phases = (): Phases => {
  const took = new Map<string, number>()
  return {
    run: async (name, work) => {
      const begun = performance.now()
      try {
        return await work()
      } finally {
        took.set(name, Math.round(performance.now() - begun) / 1000)
      }
    },
    seconds: () => Object.fromEntries(took),
  }
}
