import type { HistoryEntry } from '../client/json.ts'
import type { Fact, HostDiff, HostSegment } from '../client/history-json.ts'
import { UsageError } from './access.ts'
import { table, when } from './table.ts'

/** Which part of a history is wanted: moments included; what is absent asks for nothing. */
export type HistoryFilter = Readonly<{ from?: string | undefined; to?: string | undefined }>

/** True for entries that are wanted. Throws `UsageError` for what is no moment. */
export const wantedOf = ({ from, to }: HistoryFilter): ((entry: Pick<HistoryEntry, 'at' | 'position'>) => boolean) => {
  const [begin, end] = [from === undefined ? null : placeOf(from), to === undefined ? null : placeOf(to)]
  return (entry) => (begin === null || begin(entry) >= 0) && (end === null || end(entry) <= 0)
}

/** Tells whether an entry stands before a moment (below 0), at it, or after it (above 0). */
const placeOf = (text: string): ((entry: Pick<HistoryEntry, 'at' | 'position'>) => number) => {
  if (/^\d{16,}(\/\d+)?$/.test(text)) return ({ position }) => (position < text ? -1 : position > text ? 1 : 0)
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  // Whose eight o'clock it is, nobody could tell: times are shown in UTC, and the person may be anywhere.
  if (!Number.isNaN(time) && /[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/i.test(text))
    throw new UsageError(
      `${text} is told without its zone: write ${text.replace(' ', 'T')}Z for UTC, or end it in an offset such as +01:00.`,
    )
  if (Number.isNaN(time)) throw new UsageError(`${text} is neither a time in ISO 8601 nor a position of the log.`)
  return ({ at }) => Date.parse(at) - time
}

/** What is different, for people: what, from what, to what, since when, by which event. */
export const diffTable = ({ changes, events_between }: HostDiff): string =>
  changes.length === 0
    ? `Nothing is different; ${String(events_between)} events lie between.`
    : table(
        ['what', 'was', 'is', 'since', 'because', 'who'],
        changes.map(({ path, before, after, because: { at, type, sentence, actor } }) => [
          ...[path, shown(before), shown(after), when(at)],
          ...[sentence ?? type, `${actor.kind} ${actor.id.slice(0, 18)}`],
        ]),
      )

const shown = (fact: Fact): string => (fact === null ? '-' : String(fact))

/** A lifetime for people. */
export const segmentsTable = (segments: readonly HostSegment[]): string =>
  table(
    ['from', 'to', 'kind', 'enrollment', 'team', 'because'],
    segments.map(({ from, to, kind, epoch, team_name, because: { sentence, type } }) => [
      ...[when(from), when(to), kind, String(epoch), team_name ?? '-'],
      sentence ?? type,
    ]),
  )
