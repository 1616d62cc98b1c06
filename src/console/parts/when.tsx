import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'

const everyMs = 20_000
let now = Date.now()

const subscribe = (tell: () => void): (() => void) => {
  const timer = setInterval(() => {
    now = Date.now()
    tell()
  }, everyMs)
  return () => clearInterval(timer)
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 24 * 3600],
  ['month', 30 * 24 * 3600],
  ['day', 24 * 3600],
  ['hour', 3600],
  ['minute', 60],
]

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })
const short = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** `26 Nov, 09:36:44`, in this browser's zone. */
export const shortTime = (at: string): string => short.format(new Date(at))

/** With the zone, and what the API says. */
export const exactTime = (at: string): string => `${exact.format(new Date(at))} (${at})`

const relative = (at: string, from: number): string => {
  const seconds = (Date.parse(at) - from) / 1000
  const unit = units.find(([, size]) => Math.abs(seconds) >= size)
  if (unit === undefined) return seconds > 0 ? 'in a moment' : 'just now'
  return words.format(Math.trunc(seconds / unit[1]), unit[0])
}

/** How long ago, or in how long; the exact time on hover. */
export const When = ({ at, none = '–' }: Readonly<{ at: string | null | undefined; none?: string }>) => {
  const from = useSyncExternalStore(subscribe, () => now)
  if (at == null || at === '') return <span className="quiet">{none}</span>
  return (
    <Tooltip label={exactTime(at)}>
      <time dateTime={at} className="tabular">
        {relative(at, from)}
      </time>
    </Tooltip>
  )
}

/** The time itself, to the second. */
export const At = ({ at }: Readonly<{ at: string }>) => (
  <Tooltip label={exactTime(at)}>
    <time dateTime={at} className="tabular quiet">
      {shortTime(at)}
    </time>
  </Tooltip>
)
