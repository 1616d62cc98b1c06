import type { Recorded } from '../../kernel/event.ts'
import { evolveSlice } from '../../kernel/slice.ts'
import { custody } from '../custody/custody.ts'
import { enrollment } from '../enrollment/enrollment.ts'
import { merging } from '../merging/merging.ts'
import { membership } from '../teams/membership.ts'
import type { HostEvent } from './events.ts'
import type { Host } from './host.ts'

/**
 * How a host lived for a while. `discovered`: known, never enrolled. `enrolling`: it began, and has no push token yet. `lost`: in Lost Mode.
 * `merged`: another record lives on in its place.
 */
export type SegmentKind = 'discovered' | 'enrolling' | 'enrolled' | 'locked' | 'lost' | 'wiped' | 'unenrolled' | 'merged'

/** `from` and `to` are ISO 8601; `to` is null while it lasts. `epoch` counts its enrollments, 0 before the first. `because`: the event it began with. */
export type Segment = Readonly<{
  from: string
  to: string | null
  kind: SegmentKind
  epoch: number
  teamId: string
  because: Recorded<HostEvent>
}>

/**
 * The life of a host, cut where it became another kind of life, another enrollment or another team's: without gaps, without overlaps, and
 * without moments that took no time. `events` are its stream from the beginning; where its clocks went back, time stands still.
 */
export const segmentsOf = (events: readonly Recorded<HostEvent>[]): readonly Segment[] => {
  let now: Life = beginning
  let segments: readonly Segment[] = []
  for (const event of events) {
    now = goOn(now, event)
    const next = { ...segmentAfter(now), because: event }
    const open = segments.at(-1)
    if (open === undefined || !isSame(open, next)) segments = withNext(segments, { ...next, from: later(open?.from, event.at) })
  }
  return segments
}

type Life = Pick<Host, 'enrollment' | 'custody' | 'membership' | 'merging'>

const beginning: Life = {
  enrollment: enrollment.initial,
  custody: custody.initial,
  membership: membership.initial,
  merging: merging.initial,
}

const goOn = (life: Life, event: Recorded<HostEvent>): Life => ({
  enrollment: evolveSlice(enrollment, life.enrollment, event),
  custody: evolveSlice(custody, life.custody, event),
  membership: evolveSlice(membership, life.membership, event),
  merging: evolveSlice(merging, life.merging, event),
})

/** What kind of life a host in this state lives. */
export const segmentAfter = (life: Life): Pick<Segment, 'kind' | 'epoch' | 'teamId'> => ({
  kind: kindOf(life),
  epoch: life.enrollment.epoch,
  teamId: life.membership.teamId,
})

const kindOf = ({ enrollment: { stage }, custody: { status, means }, merging: { into } }: Life): SegmentKind => {
  if (into !== null) return 'merged'
  if (stage === 'never') return 'discovered'
  if (stage === 'started') return 'enrolling'
  if (status === 'wiped') return 'wiped'
  if (stage === 'ended') return 'unenrolled'
  if (status === 'locked') return means === 'lost-mode' ? 'lost' : 'locked'
  return 'enrolled'
}

const isSame = (one: Pick<Segment, 'kind' | 'epoch' | 'teamId'>, other: Pick<Segment, 'kind' | 'epoch' | 'teamId'>): boolean =>
  one.kind === other.kind && one.epoch === other.epoch && one.teamId === other.teamId

const later = (one: string | undefined, other: string): string =>
  one === undefined || Date.parse(other) > Date.parse(one) ? other : one

/** The segments, the last ended where the next begins; one that took no time gives way, and the one before it goes on if nothing changed. */
const withNext = (segments: readonly Segment[], next: Omit<Segment, 'to'>): readonly Segment[] => {
  const open = segments.at(-1)
  const past = segments.slice(0, -1)
  if (open === undefined) return [{ ...next, to: null }]
  if (open.from !== next.from) return [...past, { ...open, to: next.from }, { ...next, to: null }]
  const before = past.at(-1)
  if (before === undefined || !isSame(before, next)) return [...past, { ...next, to: null }]
  return [...past.slice(0, -1), { ...before, to: null }]
}
