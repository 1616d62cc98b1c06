import type { Recorded } from '../kernel/event.ts'
import { fingerprintOf } from '../kernel/ids.ts'

/** Today's shape of an older one, by event type. A line stays as long as a log may hold the old shape: for ever. */
const table: Readonly<Record<string, (event: Recorded) => Recorded>> = {
  /** The first authorities were recorded without their fingerprint. */
  AuthorityCreated: (event) => ({ ...event, data: { fingerprint: fingerprintIn(event.data), ...event.data } }),
}

/** Turns an event as it was stored into today's shape. Nothing else knows that older shapes existed. */
export const upcasts = (event: Recorded): Recorded => table[event.type]?.(event) ?? event

const fingerprintIn = (data: object): string => {
  const pem = 'certificatePem' in data && typeof data.certificatePem === 'string' ? data.certificatePem : ''
  return fingerprintOf(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'))
}
