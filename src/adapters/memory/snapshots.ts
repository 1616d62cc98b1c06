import { deserialize, serialize } from 'node:v8'
import type { Snapshots } from '../../app/snapshot-ports.ts'

/** Snapshots within one process. What is kept is a copy, as it is elsewhere. */
export const memorySnapshots = (): Snapshots => {
  const kept = new Map<string, Readonly<{ revision: number; eventId: string; state: Buffer }>>()
  return {
    find: (stream) => {
      const found = kept.get(stream)
      return Promise.resolve(found === undefined ? null : { ...found, state: deserialize(found.state) as unknown })
    },
    keep: (stream, { revision, eventId, state }) => {
      if ((kept.get(stream)?.revision ?? -1) < revision) kept.set(stream, { revision, eventId, state: serialize(state) })
      return Promise.resolve()
    },
  }
}
