import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './ports.ts'

export type Waiting = Readonly<{
  /** What is waited for, with the setting that names it: "Postgres (DATABASE_URL)". */
  what: string
  /** How long, ms. */
  waitMs: number
  /** What a failure means: null when the same may succeed later; else the error to end with. */
  verdict: (error: unknown) => Promise<Error | null>
  logger: Log
  signal: AbortSignal
}>

const pauseMs = 500
const tellEveryMs = 10_000

/** At start: repeats what a store that is not there yet cannot answer, and says what it waits for. Throws the verdict, or after `waitMs` the reason. */
export const whenThere = async <T>(waiting: Waiting, attempt: () => Promise<T>): Promise<T> => {
  const { what, waitMs, verdict, logger, signal } = waiting
  const since = performance.now()
  let toldAt: number | null = null
  for (;;) {
    signal.throwIfAborted()
    try {
      const answer = await attempt()
      if (toldAt !== null) logger.info({}, `${what} is there.`)
      return answer
    } catch (error) {
      const end = await verdict(error)
      if (end !== null) throw end
      const passed = performance.now() - since
      if (passed + pauseMs > waitMs)
        throw new Error(`${what} was not there within ${String(Math.round(waitMs / 1000))} s: ${reasonOf(error)}`, {
          cause: error,
        })
      if (toldAt === null || passed - toldAt >= tellEveryMs) {
        logger.warn(
          { reason: reasonOf(error), leftSeconds: Math.round((waitMs - passed) / 1000) },
          `The start waits for ${what}.`,
        )
        toldAt = passed
      }
    }
    await pause(pauseMs, undefined, { signal })
  }
}

/** What an error says, on one line. A failed connection to a name with several addresses is an AggregateError whose own message is empty. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ')
  if (!(error instanceof Error)) return String(error)
  return error.message === '' ? error.name : error.message
}
