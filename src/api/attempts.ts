import type { Request } from 'express'
import { ipKeyGenerator } from 'express-rate-limit'
import type { Clock } from '../app/ports.ts'
import { leastRecentlyUsed } from '../kernel/least-recently-used.ts'

/**
 * Counts what somebody (an address, a host) does within a window of time, to say when it is too much. In this process's memory only.
 * What turned out to be right can be taken back.
 */
export type Attempts = Readonly<{
  mayTry: (who: string) => boolean
  count: (who: string) => void
  takeBack: (who: string) => void
}>

/** At most so many are remembered; who was not seen for longest begins anew. */
const remembered = 10_000

export const attemptsOf = (clock: Clock, { limit, windowMs }: Readonly<{ limit: number; windowMs: number }>): Attempts => {
  const counts = leastRecentlyUsed<Readonly<{ since: number; count: number }>>(remembered)

  const countOf = (who: string) => {
    const known = counts.get(who)
    const now = clock().getTime()
    return known !== undefined && now - known.since < windowMs ? known : { since: now, count: 0 }
  }

  return {
    mayTry: (who) => countOf(who).count < limit,
    count: (who) => {
      const { since, count } = countOf(who)
      counts.set(who, { since, count: count + 1 })
    },
    takeBack: (who) => {
      const { since, count } = countOf(who)
      counts.set(who, { since, count: Math.max(0, count - 1) })
    },
  }
}

/** Where a request comes from, as one key per household where addresses are plenty (IPv6). The rate limiter looks for the generator in this very text. */
export const addressOf = (request: Request): string => (request.ip === undefined ? 'unknown' : ipKeyGenerator(request.ip))

/** The same of an address that is known already. */
export const householdOf = (address: string): string => ipKeyGenerator(address)
