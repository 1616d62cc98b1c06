import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client'
import { StreamNotFoundError } from '@eventstore/db-client'
import type { Readable } from 'node:stream'
import type { EventLog } from '../../app/ports.ts'
import { LogUnavailable } from '../../app/ports.ts'
import type { Position, Recorded } from '../../kernel/event.ts'
import { arrivals } from './arrivals.ts'
import type { AppendPathClient } from './client.ts'
import { placeOf, positionOf } from './positions.ts'
import { placeIn, recordedOf } from './recorded.ts'

/** What the parts of the adapter share. `call` bounds the calls in flight and repeats what may pass. */
export type Reaching = Readonly<{
  client: AppendPathClient
  call: <T>(call: () => Promise<T>) => Promise<T>
  closed: AbortSignal
  /** Milliseconds without a word after which a call counts as lost. */
  silence: number
  requiresLeader: boolean
  /** What the server's refusal means, as `LogRefused`; any other error as it is. */
  refusalOf: (error: unknown) => unknown
}>

type Reading = Pick<EventLog, 'readStream' | 'readAll' | 'last'>

/** The most events of one read of the whole log; longer answers are put together from several. */
const pageSize = 1_000

/** The reading half of the log. Every call is repeated when its outcome is not known, then fails with `LogUnavailable`. */
export const reading = (reaching: Reaching): Reading => {
  const { client, call, requiresLeader } = reaching

  const page = (options: NonNullable<Parameters<typeof client.readAll>[0]>) =>
    call(() => collected<AllStreamResolvedEvent>(client.readAll({ ...options, requiresLeader }), reaching))

  return {
    readStream: async (stream, { from = 0, limit } = {}) => {
      mustBeWhole('from', from)
      if (limit !== undefined && limit <= 0) return []
      const range = { fromRevision: BigInt(from), requiresLeader, ...(limit !== undefined && { maxCount: Math.ceil(limit) }) }
      try {
        return recordedIn(await call(() => collected<ResolvedEvent>(client.readStream(stream, range), reaching)))
      } catch (error) {
        if (error instanceof StreamNotFoundError) return []
        throw error
      }
    },

    readAll: async ({ after, limit }) => {
      const found: Recorded[] = []
      let last: Position | null = after
      while (found.length < limit) {
        const wanted = limit - found.length
        // Reading starts at the position, not after it: one more than is wanted.
        const maxCount = Math.min(wanted, pageSize) + 1
        const events = await page({ fromPosition: last === null ? 'start' : placeOf(last), maxCount })
        found.push(...recordedIn(events).filter(isAfter(last)).slice(0, wanted))
        if (events.length < maxCount) break
        last = endOf(events) ?? last
      }
      return found
    },

    last: async () => {
      let before: Position | null = null
      // Mostly the last event is ours; behind the store's own events we look in larger steps.
      for (let maxCount = 1; ; maxCount = pageSize) {
        const fromPosition: 'end' | ReturnType<typeof placeOf> = before === null ? 'end' : placeOf(before)
        const events = await page({ direction: 'backwards', fromPosition, maxCount })
        const [newest] = recordedIn(events)
        if (newest !== undefined) return newest
        before = endOf(events)
        if (before === null || events.length < maxCount) return null
      }
    },
  }
}

/** Our events after a position, for those who read from it on. */
export const isAfter =
  (last: Position | null) =>
  ({ position }: Recorded): boolean =>
    last === null || position > last

/** Our events among those that came. */
export const recordedIn = (events: readonly ResolvedEvent[]): readonly Recorded[] =>
  events.flatMap(({ event }) => recordedOf(event) ?? [])

const endOf = (events: readonly AllStreamResolvedEvent[]): Position | null => {
  const last = events.at(-1)
  const event = last?.link ?? last?.event
  return event === undefined ? null : positionOf(placeIn(event))
}

/** Reads a call to its end. The call is ended on the server too, whatever happens here. */
const collected = async <T>(
  stream: Readable & { cancel(): Promise<void> },
  { closed, silence }: Reaching,
): Promise<readonly T[]> => {
  const all: T[] = []
  try {
    for await (const batch of arrivals<T>(stream, { most: pageSize, signal: closed, silence, of: 'read' })) all.push(...batch)
    if (closed.aborted) throw new LogUnavailable('The event log was closed before it was read.')
    return all
  } catch (error) {
    stream.cancel().catch(() => undefined)
    throw error
  }
}

const mustBeWhole = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`The option ${name} is ${String(value)}, not a whole number.`)
}
