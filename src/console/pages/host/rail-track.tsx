import { Tooltip } from '@mantine/core'
import { memo } from 'react'
import type { HostSegment } from '../../../client/history-json.ts'
import type { HistoryEntry } from '../../../client/json.ts'
import { shortTime } from '../../parts/when.tsx'
import { toneOf } from './moments.ts'

type RailTrackProps = Readonly<{
  events: readonly HistoryEntry[]
  segments: readonly HostSegment[]
  chosen: number
  /** Where the comparison begins; -1: nowhere. */
  pinned: number
}>

/** What happened along the line: how the host lived above, its events below, and what is later than the moment under a veil. */
export const RailTrack = memo(({ events, segments, chosen, pinned }: RailTrackProps) => {
  const share = (index: number): string => `${String((100 * index) / Math.max(1, events.length))}%`
  const between = (first: number, last: number) => ({ left: share(first), right: `calc(100% - ${share(last)})` })
  return (
    <>
      {segments.length > 0 && (
        <div className="rail-lives">
          {segments.map((segment, index) => (
            <Tooltip key={index} label={`${lifeOf(segment)} since ${shortTime(segment.from)}. ${segment.because.sentence ?? ''}`}>
              <span className="rail-life" data-kind={segment.kind} style={between(...boundsOf(segment, events))}>
                {lifeOf(segment)}
              </span>
            </Tooltip>
          ))}
        </div>
      )}
      <div className="rail-track" aria-hidden="true">
        {events.map((event, index) => (
          <span key={event.position} className="rail-tick" data-tone={toneOf(event)} style={{ left: share(index) }} />
        ))}
        {pinned >= 0 && <span className="rail-pinned" style={between(Math.min(pinned, chosen), Math.max(pinned, chosen))} />}
        <span className="rail-future" style={{ left: share(chosen) }} />
      </div>
    </>
  )
})
RailTrack.displayName = 'RailTrack'

const lifeOf = ({ kind, team_name }: HostSegment): string => (team_name === null ? kind : `${kind} · ${team_name}`)

/** From the first event of the stretch to the first after it. */
const boundsOf = ({ from, to }: HostSegment, events: readonly HistoryEntry[]): readonly [number, number] => {
  const first = events.findIndex(({ at }) => at >= from)
  const after = to === null ? -1 : events.findIndex(({ at }) => at >= to)
  return [first === -1 ? events.length : first, after === -1 ? events.length : after]
}
