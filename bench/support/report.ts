/** What a benchmark answers: a figure, the limit measured in the same run, and figure against limit. */
export type Result = Readonly<{
  name: string
  figure: number
  unit: string
  limit: number
  ratio: number
  detail: Readonly<Record<string, number | string>>
}>

/** `run` answers one figure, or several with names of their own. */
export type Benchmark = Readonly<{ about: string; run: () => Promise<Result | readonly Result[]> }>

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export const result = (name: string, figure: number, unit: string, limit: number, detail: Result['detail'] = {}): Result => ({
  name,
  figure: rounded(figure),
  unit,
  limit: rounded(limit),
  ratio: rounded(figure / limit),
  detail: Object.fromEntries(
    Object.entries(detail).map(([key, value]) => [key, typeof value === 'number' ? rounded(value) : value]),
  ),
})

const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000)

/** Runs `work` over and over with so many in flight, for so long; answers how many were done per second. */
export const perSecond = async (inFlight: number, ms: number, work: (lane: number) => Promise<unknown>): Promise<number> => {
  const begun = performance.now()
  let done = 0
  const lane = async (index: number): Promise<void> => {
    while (performance.now() - begun < ms) {
      await work(index)
      done++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, (_, index) => lane(index)))
  return (done * 1000) / (performance.now() - begun)
}
