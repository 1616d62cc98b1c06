import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { ChainedEvent } from './chain.ts'
import type { Finding } from './findings.ts'
import { finding } from './findings.ts'
import type { RecentLinks } from './recent-links.ts'
import type { Checkpoint } from './signing.ts'
import { checkpointStream, checkpointType, isSignedCheckpoint, keyIdOf } from './signing.ts'

const data = z.object({
  ...{ position: z.string(), count: z.number().int().min(1), link: z.string(), at: z.string() },
  ...{ keyId: z.string(), signature: z.string() },
})

/** Tells the events that vouch for those before them. */
export const isCheckpoint = ({ type, stream }: Pick<ChainedEvent, 'type' | 'stream'>): boolean =>
  type === checkpointType && stream === checkpointStream

type Known = Readonly<{
  key: KeyObject
  recent: RecentLinks
  /** The last event that is vouched for already. */
  vouched: number
  place: Pick<Finding, 'line' | 'number' | 'position' | 'stream' | 'revision' | 'eventId'>
}>

/** Holds a checkpoint against its key and the chain. One of events that were too long ago, or before the file, is held against its key alone. */
export const checkCheckpoint = (given: unknown, { key, recent, vouched, place }: Known): Checkpoint | Finding => {
  const read = data.safeParse(given)
  if (!read.success) return finding('altered', place, `The checkpoint on line ${String(place.line)} cannot be read.`)
  const { signature, ...checkpoint } = read.data
  const fingerprint = keyIdOf(key)
  if (checkpoint.keyId !== fingerprint)
    return finding(
      'wrong-key',
      place,
      `The checkpoint on line ${String(place.line)} is signed with the key ${checkpoint.keyId}, not with ${fingerprint}.`,
    )
  if (!isSignedCheckpoint(checkpoint, signature, key))
    return finding('wrong-signature', place, `The signature of the checkpoint on line ${String(place.line)} is not of its key.`)
  const link = recent.at(checkpoint.count)
  if (link === undefined || link === checkpoint.link) return checkpoint
  return finding(
    'wrong-link',
    { line: place.line, number: vouched + 1 },
    `Between event ${String(vouched + 1)} and event ${String(checkpoint.count)} something is not as it was when the checkpoint on line ${String(place.line)} was signed.`,
  )
}
