import { ActionIcon, Button, Group, Skeleton, Slider, Text, Tooltip } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { useHostSegments } from '../../api/host-past.ts'
import { exactTime, shortTime } from '../../parts/when.tsx'
import type { Moments } from './moments.ts'
import { RailTrack } from './rail-track.tsx'

type TimeRailProps = Readonly<{
  id: string
  moments: Moments
  /** A position in the log; null: now. */
  at: string | null
  /** The other moment that is compared with. */
  from: string | null
  onMove: (at: string | null) => void
  onPin: (from: string | null) => void
}>

/** How long the slider must rest before the page follows, ms. */
const settleMs = 120

/** The life of a host on a line, event by event, and the moment that is shown. Its right end is now. */
export const TimeRail = ({ id, moments, at, from, onMove, onPin }: TimeRailProps) => {
  const { events } = moments
  const segments = useHostSegments(id).data?.segments ?? []
  /** Where the slider was put, until the page is there as well. */
  const [wanted, setWanted] = useState<number | null>(null)
  const positionOf = (index: number): string | null => events[index]?.position ?? null
  const tell = useDebouncedCallback((index: number) => onMove(positionOf(index)), settleMs)
  if (moments.isPending) return <Skeleton height={112} radius="md" />
  if (events.length === 0) return null

  const now = events.length
  const placed = at === null ? now : events.findIndex(({ position }) => position === at)
  if (wanted !== null && positionOf(wanted) === at) setWanted(null)
  const chosen = wanted ?? (placed === -1 ? 0 : placed)
  const event = events[chosen]
  const move = (index: number): void => {
    setWanted(index)
    tell(index)
  }
  return (
    <section className={at === null ? 'panel' : 'panel past'} aria-label="Time">
      <Group justify="space-between" wrap="nowrap" mb={8} mih={30}>
        <Text size="sm" className="cut" maw="none" aria-live="polite">
          {event === undefined ? (
            <>
              <b>Now.</b> <span className="quiet">Move the slider to see this host as it was.</span>
            </>
          ) : (
            <Tooltip label={exactTime(event.at)}>
              <span>
                <b className="tabular">As of {shortTime(event.at)}.</b> {event.sentence ?? event.type}{' '}
                {event.why !== null && <span className="quiet">{event.why}</span>}
              </span>
            </Tooltip>
          )}
        </Text>
        <Group gap={6} wrap="nowrap">
          <ActionIcon
            variant="default"
            size={30}
            aria-label="One event back"
            disabled={chosen === 0}
            onClick={() => move(chosen - 1)}
          >
            <IconChevronLeft size={16} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={30}
            aria-label="One event on"
            disabled={chosen >= now}
            onClick={() => move(chosen + 1)}
          >
            <IconChevronRight size={16} />
          </ActionIcon>
          {from !== null ? (
            <Button variant="light" onClick={() => onPin(null)}>
              Stop comparing
            </Button>
          ) : (
            <Button variant="default" disabled={event === undefined} onClick={() => onPin(event?.position ?? null)}>
              Compare from here
            </Button>
          )}
          <Button variant={at === null ? 'default' : 'filled'} disabled={at === null} onClick={() => move(now)}>
            Back to now
          </Button>
        </Group>
      </Group>
      <div className="rail">
        <RailTrack
          events={events}
          segments={segments}
          chosen={chosen}
          pinned={events.findIndex(({ position }) => position === from)}
        />
        <Slider
          min={0}
          max={now}
          step={1}
          size={3}
          thumbSize={16}
          value={chosen}
          onChange={move}
          label={null}
          thumbLabel="The moment that is shown"
          thumbValueText={(index) =>
            events[index] === undefined
              ? 'now'
              : `${shortTime(events[index].at)}: ${events[index].sentence ?? events[index].type}`
          }
          mt={4}
        />
      </div>
      <Group justify="space-between" mt={6}>
        <Text size="xs" className="quiet tabular">
          {shortTime(events[0]?.at ?? '')}
          {moments.hasEarlier && ' (earlier events: see the timeline)'}
        </Text>
        <Text size="xs" className="quiet">
          {events.length} events · now
        </Text>
      </Group>
    </section>
  )
}
