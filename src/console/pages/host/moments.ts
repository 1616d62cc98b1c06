import type { HistoryEntry } from '../../../client/json.ts'
import { useHostHistory } from '../../api/hosts.ts'

/** The events of a host, oldest first, as far back as they were read. */
export type Moments = Readonly<{
  events: readonly HistoryEntry[]
  isPending: boolean
  error: unknown
  hasEarlier: boolean
  isReading: boolean
  readEarlier: () => void
}>

export const useMoments = (id: string): Moments => {
  const history = useHostHistory(id)
  const pages = history.data?.pages ?? []
  return {
    events: pages.flatMap(({ events }) => events).toReversed(),
    isPending: history.isPending,
    error: history.error,
    hasEarlier: history.hasNextPage,
    isReading: history.isFetchingNextPage,
    readEarlier: () => void history.fetchNextPage(),
  }
}

export type Tone = 'quiet' | 'good' | 'notable' | 'bad'

const tones: readonly (readonly [RegExp, Tone])[] = [
  [/Failed|Refused|Conflict|Collided|Malformed/, 'bad'],
  [/^(Host|Enrollment|Lock|Unlock|Wipe|Identity|Unenrollment|Hardware|WindowsDevice)/, 'notable'],
  [/^(ProfileInstalled|ProfileRemoved|DeclarationsReported|ProfilesObserved)$/, 'good'],
]

/** How much an event stands out among others. */
export const toneOf = ({ type }: Pick<HistoryEntry, 'type'>): Tone => tones.find(([names]) => names.test(type))?.[1] ?? 'quiet'
