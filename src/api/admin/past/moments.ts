import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { Moment } from '../../../app/moment.ts'
import type { Position } from '../../../kernel/event.ts'
import { refuse } from '../../errors.ts'
import { isWithoutZone, notATime, timeOf, withPlus } from '../../times.ts'

/** Clocks differ: a moment that is no more than this ahead of ours, ms, is taken for now. */
const clockSlack = 60_000

export const atQuery = z.object({
  at: z.string().max(100).optional().describe('A time in ISO 8601, or a position in the log: the answer is as of then.'),
})

/**
 * Reads a moment from a query: ISO 8601 with a zone (or a date, meaning its first moment in UTC), or a position as histories show it.
 * Refuses with 400 in the name of `field` what is neither, what is yet to come, and a position of another log.
 */
export const momentOf = async ({ log, clock }: Pick<App, 'log' | 'clock'>, asked: string, field: string): Promise<Moment> => {
  const text = withPlus(asked)
  const time = timeOf(asked)
  if (time !== null) {
    const now = clock()
    if (time.getTime() > now.getTime() + clockSlack)
      return refuse(400, field, `${text} is yet to come; now is ${now.toISOString()}.`)
    return { text, until: time.getTime() }
  }
  if (/^\d{16,64}(\/\d{16,64})?$/.test(text)) return placeIn(await log.head(), text, field)
  return refuse(
    400,
    field,
    isWithoutZone(asked)
      ? notATime(asked)
      : 'This is neither a time in ISO 8601 (such as 2026-03-01T12:00:00Z) nor a position in the log.',
  )
}

/** Positions of one log have one length; another length, or a slash elsewhere, is a position of another log. */
const placeIn = (head: Position | null, text: string, field: string): Moment => {
  if (head?.length !== text.length || head.indexOf('/') !== text.indexOf('/'))
    return refuse(400, field, 'This is no position in this event log.')
  return text > head ? refuse(400, field, `The log has not come to ${text} yet; it ends at ${head}.`) : { text, position: text }
}

/** Refuses with 400 unless the one moment can be before the other; a time and a position are compared when both are replayed. */
export const mustBeInOrder = (from: Moment, to: Moment): void => {
  const isAfter = 'until' in from ? 'until' in to && from.until > to.until : 'position' in to && from.position > to.position
  if (isAfter) refuse(400, 'from', `${from.text} is after ${to.text}.`)
}

/** Where in the log an answer stands: on the last event that counted, of so many. */
export type AsOf = Readonly<{ asked: string; events: number; position: string; revision: number; at: string }>

/** `what` is what was looked for, as the beginning of a sentence; `field` named the moment, `idField` the thing. */
export type Sought = Readonly<{ moment: Moment; what: string; field?: string; idField?: string }>

type Place = Readonly<{ position: Position; revision: number; at: string }>

/** What an answer rests on. Refuses with 404: when there is no such thing, or none yet at that moment. */
export const asOf = (
  { events, last, next }: Readonly<{ events: number; last: Place | null; next: Place | null }>,
  { moment, field = 'at', idField = 'id', what }: Sought,
): AsOf => {
  if (last !== null) return { asked: moment.text, events, position: last.position, revision: last.revision, at: last.at }
  if (next === null) return refuse(404, idField, `${what} does not exist.`)
  return refuse(404, field, `${what} became known at ${next.at} (position ${next.position}), after ${moment.text}.`)
}
