/**
 * Tells a name at once, and again no sooner than `everyMs` later, however often it is asked to meanwhile. The last asking is always told after it: who
 * is told looks for all there is. Stops with `signal`.
 */
export const coalesced = (
  tell: (name: string) => unknown,
  { everyMs, signal }: Readonly<{ everyMs: number; signal: AbortSignal }>,
): ((name: string) => void) => {
  /** The names that were told a moment ago, and whether they were asked for since. */
  const resting = new Map<string, boolean>()

  const rest = (name: string): void => {
    resting.set(name, false)
    setTimeout(() => {
      const again = resting.get(name) === true && !signal.aborted
      resting.delete(name)
      if (again) ask(name)
    }, everyMs).unref()
  }

  const ask = (name: string): void => {
    if (signal.aborted) return
    if (resting.has(name)) return void resting.set(name, true)
    rest(name)
    tell(name)
  }

  return ask
}
