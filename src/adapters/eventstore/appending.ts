import { jsonEvent, MaxAppendSizeExceededError, WrongExpectedVersionError } from '@eventstore/db-client'
import type { AppendResult, JSONType } from '@eventstore/db-client'
import type { EventLog, ExpectedRevision, NewEvent } from '../../app/ports.ts'
import { AppendTooLarge, RevisionConflict } from '../../app/ports.ts'
import type { Position } from '../../kernel/event.ts'
import { mustBeRevision } from '../event-envelope.ts'
import { answered } from './outcomes.ts'
import { positionOf } from './positions.ts'
import type { Reaching } from './reading.ts'
import { isReserved } from './recorded.ts'

/** What a stock server takes in one append: 1 MiB. */
const largestAppend = 1_048_576

/** A little longer than the call's own deadline, for the way to the call: finding a node and connecting. */
const grace = 1_000

type Appending = Reaching & Readonly<{ positionAt: (stream: string, revision: number) => Promise<Position | undefined> }>

/**
 * The writing half of the log. An unknown outcome is tried again with the same ids: the server compares them with what stands at the expected
 * revision, for ever.
 */
export const appending =
  ({ client, call, closed, silence, requiresLeader, positionAt }: Appending): EventLog['append'] =>
  async (stream, events, expected) => {
    mustBeWellFormed(stream, events, expected)
    mustFit(stream, events)
    const proposed = events.map(({ eventId, type, data, metadata }) =>
      jsonEvent({ id: eventId, type, data: data as JSONType, metadata }),
    )
    const expectedRevision = typeof expected === 'number' ? BigInt(expected) : expected
    const append = () => client.appendToStream(stream, proposed, { expectedRevision, requiresLeader })
    try {
      const result = await call(() => answered(append(), silence + grace, closed))
      const revision = Number(result.nextExpectedRevision)
      return { revision, position: knownPosition(result) ?? (await mustStand(stream, revision, positionAt)) }
    } catch (error) {
      throw translated(error, stream, expected)
    }
  }

const mustBeWellFormed = (stream: string, events: readonly NewEvent[], expected: ExpectedRevision): void => {
  if (events.length === 0) throw new RangeError(`An append to stream ${stream} has no events.`)
  if (stream === '' || events.some(({ type }) => type === '')) throw new RangeError('A stream and its events need a name.')
  if (isReserved(stream)) throw new RangeError(`The stream name ${stream} is reserved.`)
  mustBeRevision(stream, expected)
  const reserved = events.find(({ type }) => isReserved(type))
  if (reserved !== undefined) throw new RangeError(`The event type ${reserved.type} is reserved.`)
}

/** Counts as the server does, two bytes for each unit of a type. Also finds what JSON cannot hold, before the client does: there the call would never end. */
const mustFit = (stream: string, events: readonly NewEvent[]): void => {
  const size = events.reduce((sum, { data, metadata, type }) => sum + jsonBytes(data) + jsonBytes(metadata) + 2 * type.length, 0)
  if (size > largestAppend)
    throw new AppendTooLarge(`An append of ${String(size)} bytes to stream ${stream} is larger than 1 MiB.`)
}

const jsonBytes = (value: object): number => Buffer.byteLength(JSON.stringify(value))

const knownPosition = ({ position }: AppendResult): Position | undefined =>
  position === undefined || position.commit === 0n ? undefined : positionOf(position)

/** For a server that repeats its answer without the position. */
const mustStand = async (stream: string, revision: number, positionAt: Appending['positionAt']): Promise<Position> => {
  const position = await positionAt(stream, revision)
  if (position === undefined)
    throw new Error(`Stream ${stream} has no event at revision ${String(revision)}, where one was appended.`)
  return position
}

const translated = (error: unknown, stream: string, expected: ExpectedRevision): unknown => {
  if (error instanceof WrongExpectedVersionError) {
    return new RevisionConflict(stream, expected, error.actualVersion === 'no_stream' ? -1 : Number(error.actualVersion))
  }
  if (error instanceof MaxAppendSizeExceededError) {
    return new AppendTooLarge(
      `An append to stream ${stream} is larger than the ${String(error.maxAppendSize)} bytes that EventStoreDB takes.`,
    )
  }
  return error
}
