import { Button, Checkbox, Group, Text, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import type { HistoryEntry } from '../../../client/json.ts'
import { wordsOf } from '../../parts/activity-words.ts'
import { Empty } from '../../parts/empty.tsx'
import { Problem } from '../../parts/problem.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'
import { At } from '../../parts/when.tsx'
import type { Moments } from './moments.ts'
import { toneOf } from './moments.ts'

type HostTimelineProps = Readonly<{ moments: Moments; at: string | null; onMove: (at: string | null) => void }>

/** Every event of a host, newest first. One that is clicked is the moment that is shown. */
export const HostTimeline = ({ moments, at, onMove }: HostTimelineProps) => {
  const [notable, setNotable] = useState(false)
  if (moments.error !== null) return <Problem error={moments.error} />
  if (moments.isPending) return <WaitingLines lines={12} />
  const events = moments.events.filter((event) => !notable || toneOf(event) !== 'quiet').toReversed()
  return (
    <div className="panel">
      <Group mb="xs">
        <Checkbox label="Only what stands out" checked={notable} onChange={(event) => setNotable(event.currentTarget.checked)} />
      </Group>
      {events.length === 0 && <Empty title="Nothing stands out" />}
      {events.map((event) => (
        <EventRow
          key={event.position}
          event={event}
          isHere={event.position === at}
          isLater={at !== null && event.position > at}
          onMove={() => onMove(event.position === at ? null : event.position)}
        />
      ))}
      {moments.hasEarlier && (
        <Button variant="default" mt="xs" loading={moments.isReading} onClick={moments.readEarlier}>
          Earlier events
        </Button>
      )}
    </div>
  )
}

type EventRowProps = Readonly<{ event: HistoryEntry; isHere: boolean; isLater: boolean; onMove: () => void }>

const EventRow = ({ event, isHere, isLater, onMove }: EventRowProps) => (
  <UnstyledButton
    className="event-row"
    w="100%"
    data-here={isHere || undefined}
    data-later={isLater || undefined}
    onClick={onMove}
  >
    <Text size="xs" component="span">
      <At at={event.at} />
    </Text>
    <span className="event-dot" data-tone={toneOf(event)} />
    <Text size="sm" component="span">
      {event.sentence ?? wordsOf(event.type)} {event.why !== null && <span className="quiet">{event.why}</span>}
    </Text>
    <Text size="xs" className="quiet" component="span">
      {event.actor.kind === 'admin' ? event.actor.id : event.actor.kind}
    </Text>
  </UnstyledButton>
)
