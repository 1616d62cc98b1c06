import { derivedNumber } from '../../kernel/ids.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Devices in drawers come late: half of a certificate's year is left for them. */
const beforeEndMs = 180 * dayMs
/** Hosts that enrolled on one day do not renew on one day. */
const spreadMs = 14 * dayMs

/** How long a host may take to renew after it was asked to. */
export const answerWithinMs = 7 * dayMs

/** From here on somebody must look. */
export const alarmingMs = 30 * dayMs

/** When a host should renew a certificate that ends at `notAfter` (both ISO 8601): within two weeks after half a year before its end. */
export const renewalDue = (hostId: string, notAfter: string): string => {
  const share = (Number(derivedNumber(`renewal/${hostId}`)) % 10_000) / 10_000
  return new Date(Date.parse(notAfter) - beforeEndMs + share * spreadMs).toISOString()
}

const pausesMs = [dayMs, 3 * dayMs, 7 * dayMs]

/** The pause after a failed attempt (the first is 1), ms: 1, 3, then 7 days, for ever. */
export const renewalPauseMs = (attempt: number): number => pausesMs[Math.min(attempt, pausesMs.length) - 1] ?? dayMs
