import type { ExportWish } from '../domain/audit/events.ts'
import type { Position, Recorded } from '../kernel/event.ts'
import { checkpointStream } from '../protocols/audit/signing.ts'
import { refuse } from './errors.ts'

/** Where an export begins or ends: a time (ms since 1970) or a position, both inclusive. */
export type Bound = Readonly<{ time: number } | { position: Position }>

/** What an export holds in full. `begins`: false before its first event; `ends`: nothing of what follows is asked for. */
export type Choice = Readonly<{
  from: Bound | null
  begins: (event: Recorded) => boolean
  ends: (event: Recorded) => boolean
  wanted: (event: Recorded) => boolean
}>

/** The clocks of a deployment's processes are closer than this, ms: events that are told later are later. */
const clocksApart = 60 * 60 * 1000

/** Reads a wish; `example` is a position of this log. Throws `HttpRefusal` (400) for a bound that is neither a time nor such a position. */
export const choiceOf = (wish: ExportWish, example: Position): Choice => {
  const from = boundOf(wish.from, 'from', example)
  const to = boundOf(wish.to, 'to', example)
  const isBefore = ({ position, at }: Recorded, bound: Bound): boolean =>
    'time' in bound ? Date.parse(at) < bound.time : position < bound.position
  const isAfter = ({ position, at }: Recorded, bound: Bound, tolerance = 0): boolean =>
    'time' in bound ? Date.parse(at) > bound.time + tolerance : position > bound.position
  return {
    from,
    begins: (event) => from === null || !isBefore(event, from),
    ends: (event) => to !== null && isAfter(event, to, clocksApart),
    // Checkpoints are what the rest is held against.
    wanted: (event) =>
      streamIs(event, checkpointStream) ||
      ((from === null || !isBefore(event, from)) && (to === null || !isAfter(event, to)) && isOf(event, wish)),
  }
}

const isOf = (event: Recorded, { host, actor, type, category }: ExportWish): boolean =>
  (host === null || streamIs(event, `host-${host}`) || event.metadata.hostIds.includes(host)) &&
  (actor === null || event.metadata.actor.id === actor) &&
  (type === null || event.type === type) &&
  (category === null || event.category === category)

const streamIs = ({ category, id }: Recorded, stream: string): boolean => `${category}-${id}` === stream

const boundOf = (given: string | null, field: string, example: Position): Bound | null => {
  if (given === null) return null
  // In a query, the plus of a zone arrives as a space.
  const text = given.replace(/ (?=\d{2}:?\d{2}$)/, '+')
  if (/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text)))
    return { time: Date.parse(text) }
  if (/^\d{16,64}(\/\d{16,64})?$/.test(text) && text.length === example.length) return { position: text }
  return refuse(400, field, 'This is neither a time in ISO 8601 (such as 2026-03-01T12:00:00Z) nor a position in this event log.')
}
