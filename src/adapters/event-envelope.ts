import type { ExpectedRevision, NewEvent } from '../app/ports.ts'
import { AppendTooLarge } from '../app/ports.ts'
import type { Metadata, Position, Recorded } from '../kernel/event.ts'
import { partsOfStream } from '../kernel/ids.ts'

/** An append as engines that keep JSON text take it: checked, and with its size in bytes of UTF-8. */
export type WrittenAppend = Readonly<{ events: readonly WrittenEvent[]; bytes: number }>
export type WrittenEvent = Readonly<{ eventId: string; type: string; data: string; metadata: string }>

/**
 * Writes an append's events as JSON.
 * Throws `AppendTooLarge` over 1 MiB, and an `Error` for what no caller should send: no events, a malformed id, an id twice, a revision that is none.
 */
export const written = (stream: string, events: readonly NewEvent[], expected: ExpectedRevision): WrittenAppend => {
  mustBeRevision(stream, expected)
  if (events.length === 0) throw new Error(`An append to ${stream} holds no events.`)
  const ids = new Set<string>()
  let bytes = 0
  const all = events.map(({ eventId, type, data, metadata }) => {
    const event = { eventId: eventId.toLowerCase(), type, data: JSON.stringify(data), metadata: JSON.stringify(metadata) }
    if (!uuid.test(event.eventId)) throw new Error(`The event id ${JSON.stringify(eventId)} is not a UUID.`)
    ids.add(event.eventId)
    bytes += Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata)
    return event
  })
  if (ids.size < all.length) throw new Error(`An append to ${stream} holds the same event id twice.`)
  if (bytes <= largestAppend) return { events: all, bytes }
  throw new AppendTooLarge(`An append to ${stream} has ${String(bytes)} bytes, and ${String(largestAppend)} are the most.`)
}

/** Throws `RangeError` for what no stream can be at. A writer who expects nothing would be written twice by an engine that forgot his ids. */
export const mustBeRevision = (stream: string, expected: ExpectedRevision): void => {
  if (expected === 'no_stream' || (Number.isSafeInteger(expected) && expected >= 0)) return
  throw new RangeError(`Stream ${stream} cannot be at revision ${String(expected)}.`)
}

export type Stored = Readonly<{
  position: Position
  stream: string
  revision: number
  eventId: string
  type: string
  data: object
  metadata: Metadata
}>

/** A stored event in its envelope. */
export const recorded = ({ position, stream, revision, eventId, type, data, metadata }: Stored): Recorded => {
  const { category, id } = partsOfStream(stream)
  return { type, data, eventId, id, category, revision, position, at: metadata.at, metadata }
}

/** A number as a position: text whose order is the numbers' order. */
export const positionOf = (number: number | string): Position => String(number).padStart(positionDigits, '0')

/** Throws when this is not a position that `positionOf` made, such as one of another engine. */
export const mustBePosition = (position: Position): Position => {
  if (position.length === positionDigits && /^\d+$/.test(position)) return position
  throw new Error(`${JSON.stringify(position)} is not a position in this event log.`)
}

const largestAppend = 1024 * 1024
const positionDigits = 20
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
