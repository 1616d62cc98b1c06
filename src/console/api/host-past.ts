import type { Explanation, HostDiff, HostSegment } from '../../client/history-json.ts'
import { useReading } from './reading.ts'

/** What somebody wants to know the reason of. */
export type Question = Readonly<{ kind: 'profile' | 'command' | 'missing'; id: string; name: string }>

/** What differs between two moments. */
export const useHostDiff = (id: string, from: string | null, to: string | null) =>
  useReading<HostDiff>({
    key: ['hosts', 'one', id, 'diff'],
    path: `/hosts/${id}/diff`,
    query: { from, to },
    enabled: from !== null && to !== null,
    keep: true,
  })

export const useHostSegments = (id: string) =>
  useReading<Readonly<{ segments: readonly HostSegment[] }>>({
    key: ['hosts', 'one', id, 'segments'],
    path: `/hosts/${id}/segments`,
  })

const pathsOf: Readonly<Record<Question['kind'], (hostId: string, id: string) => string>> = {
  profile: (hostId, id) => `/hosts/${hostId}/profiles/${encodeURIComponent(id)}/explain`,
  command: (hostId, id) => `/hosts/${hostId}/commands/${encodeURIComponent(id)}/explain`,
  missing: (hostId) => `/hosts/${hostId}/explain`,
}

/** Why a profile or a command of a host is as it is, or was at a position in the log. */
export const useExplanation = (hostId: string, question: Question | null, at: string | null) =>
  useReading<Explanation>({
    key: ['hosts', 'one', hostId, 'why', question?.kind, question?.id],
    path: question === null ? '' : pathsOf[question.kind](hostId, question.id),
    query: question?.kind === 'missing' ? { missing: question.id, at } : { at },
    enabled: question !== null,
  })
