import { createHash } from 'node:crypto'
import type { Recorded } from '../../kernel/event.ts'
import { streamOf } from '../../kernel/ids.ts'
import { canonical } from './canonical.ts'

/**
 * What the chain covers of an event: all that was written, and nothing of where it stands. Positions differ between engines, so that a log that
 * moves to another one keeps its chain.
 */
export type ChainedEvent = Readonly<{
  stream: string
  revision: number
  eventId: string
  type: string
  metadata: unknown
  data: unknown
}>

/** The covered part of an event, which must be as it was stored: old shapes keep their hashes for ever. */
export const chainedOf = ({ category, id, revision, eventId, type, metadata, data }: Recorded): ChainedEvent => ({
  ...{ stream: streamOf(category, id), revision, eventId: eventId.toLowerCase(), type, metadata, data },
})

/** The hash of one event, lower-case hex. */
export const leafOf = (event: ChainedEvent): string => sha256('muster audit event 1\n', canonical(event))

/** The link before the first event. */
export const firstLink = '0'.repeat(64)

/** The link of an event: it stands for this event and for all before it, in their order. */
export const linkAfter = (link: string, leaf: string): string =>
  createHash('sha256').update(Buffer.from(link, 'hex')).update(Buffer.from(leaf, 'hex')).digest('hex')

export const sha256 = (...parts: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
