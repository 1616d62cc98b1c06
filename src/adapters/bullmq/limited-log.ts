import type { Log } from '../../app/ports.ts'

/** Tells of a failure of one kind. Never throws. */
export type Complain = (kind: string, error: unknown, fields?: object) => void

/**
 * A log for failures that come in floods: at most one line a second for each kind, which says how many were left out before it. Only an error's
 * message is told, never its other fields: drivers keep commands there, and with them passwords.
 */
export const limitedLog = (log: Log, now: () => number = Date.now): Complain => {
  const kinds = new Map<string, { lastAt: number; leftOut: number }>()
  return (kind, error, fields = {}) => {
    const at = now()
    const seen = kinds.get(kind)
    if (seen !== undefined && at - seen.lastAt < 1000) {
      seen.leftOut += 1
      return
    }
    if (kinds.size >= maxKinds) kinds.clear()
    kinds.set(kind, { lastAt: at, leftOut: 0 })
    log.warn({ kind, error: messageOf(error), leftOut: seen?.leftOut ?? 0, ...fields }, 'The work queue has trouble.')
  }
}

const maxKinds = 1000

// A failed connection to a name with several addresses is an AggregateError whose own message is empty.
const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
