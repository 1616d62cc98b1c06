import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './ports.ts'
import { LogUnavailable } from './ports.ts'
import { StoreUnavailable } from './projection-store.ts'

const firstPauseMs = 50
const longestPauseMs = 5000

/**
 * Repeats what the log or the store could not answer, with growing pauses, until it can. Throws other errors at once, and an `AbortError`
 * when `signal` aborts.
 */
export const patiently = async <T>(
  attempt: () => Promise<T>,
  { signal, logger }: Readonly<{ signal: AbortSignal; logger: Log }>,
): Promise<T> => {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof StoreUnavailable || error instanceof LogUnavailable)) throw error
      logger.warn({ error: error.message, cause: messageOf(error.cause), pauseMs }, 'Projections wait for a store.')
    }
    await pause(pauseMs, undefined, { signal })
  }
}

const messageOf = (cause: unknown): string | undefined => (cause instanceof Error ? cause.message : undefined)
