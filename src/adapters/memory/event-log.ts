import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Appended, EventLog, ExpectedRevision } from '../../app/ports.ts'
import { LogUnavailable, RevisionConflict } from '../../app/ports.ts'
import type { Position, Recorded } from '../../kernel/event.ts'
import type { Stored, WrittenEvent } from '../event-envelope.ts'
import { mustBePosition, positionOf, recorded, written } from '../event-envelope.ts'

/** An event log that lives as long as the process. Events are copied through JSON, as a real engine does. */
export const memoryEventLog = (): EventLog => {
  const all: Kept[] = []
  const streams = new Map<string, Kept[]>()
  const wakeUps = new Set<() => void>()
  let closed = false

  const mustBeOpen = () => {
    if (closed) throw new LogUnavailable('The event log is closed.')
  }

  const after = (position: Position | null, limit: number): readonly Recorded[] => {
    // The event at index i has position i + 1.
    const start = position === null ? 0 : Number(mustBePosition(position))
    return all.slice(start, start + limit).map(opened)
  }

  const somethingNew = (seen: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        wakeUps.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      wakeUps.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted || closed || all.length > seen) wake()
    })

  return {
    append: async (stream, events, expected) => {
      mustBeOpen()
      const { events: incoming } = written(stream, events, expected)
      const own = streams.get(stream) ?? []
      const earlier = repeated(stream, own, incoming, expected)
      if (earlier !== null) return earlier

      const kept = incoming.map((event, index) => ({
        ...event,
        stream,
        revision: own.length + index,
        position: positionOf(all.length + index + 1),
      }))
      streams.set(stream, own)
      own.push(...kept)
      all.push(...kept)
      for (const wake of [...wakeUps]) wake()
      return { revision: own.length - 1, position: positionOf(all.length) }
    },

    readStream: async (stream, { from = 0, limit = Infinity } = {}) => {
      mustBeOpen()
      return (streams.get(stream) ?? []).slice(from, from + limit).map(opened)
    },

    readAll: async (options) => {
      mustBeOpen()
      return after(options.after, options.limit)
    },

    async *subscribe({ after: start, maxBatch = 500, signal }) {
      let last = start
      while (!signal.aborted && !closed) {
        const seen = all.length
        const batch = after(last, maxBatch)
        last = batch.at(-1)?.position ?? last
        if (batch.length > 0) yield batch
        else await somethingNew(seen, signal)
        // Lets others run, as a real engine's socket would.
        await othersTurn()
      }
    },

    head: async () => {
      mustBeOpen()
      return all.at(-1)?.position ?? null
    },

    last: async () => {
      mustBeOpen()
      const last = all.at(-1)
      return last === undefined ? null : opened(last)
    },

    close: async () => {
      closed = true
      for (const wake of [...wakeUps]) wake()
    },
  }
}

type Kept = WrittenEvent & Readonly<{ stream: string; revision: number; position: Position }>

/** Where the same append ended the first time; null when it is to be written. Throws `RevisionConflict`. */
const repeated = (
  stream: string,
  own: readonly Kept[],
  incoming: readonly WrittenEvent[],
  expected: ExpectedRevision,
): Appended | null => {
  const current = own.length - 1
  const wanted = expected === 'no_stream' ? -1 : expected
  const fits = wanted === current

  const known = incoming.map(({ eventId }) => own.find((event) => event.eventId === eventId))
  if (fits && known.every((event) => event === undefined)) return null
  const last = known.at(-1)
  const inPlace = known.every((event, index) => event !== undefined && (fits || event.revision === wanted + 1 + index))
  if (last !== undefined && inPlace) return { revision: last.revision, position: last.position }
  throw new RevisionConflict(stream, expected, current)
}

const opened = ({ data, metadata, ...event }: Kept): Recorded =>
  recorded({ ...event, data: JSON.parse(data) as object, metadata: JSON.parse(metadata) as Stored['metadata'] })
