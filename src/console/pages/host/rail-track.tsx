import { memo } from 'react'
import type { HistoryEntry } from '../../../client/json.ts'
import type { Segment } from '../../api/json.ts'
import { toneOf } from './moments.ts'

type RailTrackProps = Readonly<{
  events: readonly HistoryEntry[]
  segments: readonly Segment[]
  chosen: number
  /** Where the comparison begins; -1: nowhere. */
  pinned: number
}>

const hues = ['#57a0be', '#7fb069', '#c9a227', '#b07aa1', '#9aa5ae']

/** What happened along the line: stretches of one state behind, events before them, and what is later than the moment under a veil. */
export const RailTrack = memo(({ events, segments, chosen, pinned }: RailTrackProps) => {
  const share = (index: number): string => `${String((100 * index) / Math.max(1, events.length))}%`
  const kinds = [...new Set(segments.map(nameOf))]
  return (
    <div className="rail-track" aria-hidden="true">
      {segments.map((segment, index) => {
        const [first, last] = boundsOf(segment, events)
        return (
          <span
            key={index}
            className="rail-band"
            title={nameOf(segment)}
            style={{
              left: share(first),
              right: `calc(100% - ${share(last)})`,
              background: hues[kinds.indexOf(nameOf(segment)) % hues.length],
            }}
          />
        )
      })}
      {events.map((event, index) => (
        <span key={event.position} className="rail-tick" data-tone={toneOf(event)} style={{ left: share(index) }} />
      ))}
      {pinned >= 0 && (
        <span
          className="rail-band"
          style={{
            left: share(Math.min(pinned, chosen)),
            right: `calc(100% - ${share(Math.max(pinned, chosen))})`,
            background: 'var(--mantine-primary-color-filled)',
          }}
        />
      )}
      <span className="rail-future" style={{ left: share(chosen) }} />
    </div>
  )
})
RailTrack.displayName = 'RailTrack'

const nameOf = ({ kind, team_name }: Segment): string => (team_name == null ? kind : `${kind} · ${team_name}`)

/** From the first event of the stretch to the first after it. */
const boundsOf = ({ from, to }: Segment, events: readonly HistoryEntry[]): readonly [number, number] => {
  const first = events.findIndex(({ at }) => at >= from)
  const after = to === null ? -1 : events.findIndex(({ at }) => at > to)
  return [first === -1 ? events.length : first, after === -1 ? events.length : after]
}
