import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { History, HistoryEntry } from '../../client/json.ts'
import { isMissingRoute } from './api-error.ts'
import { call } from './http.ts'
import type { Diff, Explanation, Segment } from './json.ts'
import { useOptional } from './reading.ts'

/** What somebody wants to know the reason of. */
export type Question = Readonly<{ kind: 'profile' | 'command' | 'missing'; id: string; name: string }>

/** What differs between two moments; null from a server that does not compare. */
export const useHostDiff = (id: string, from: string | null, to: string | null) =>
  useOptional<Diff>({
    key: ['hosts', 'one', id, 'diff'],
    path: `/hosts/${id}/diff`,
    query: { from, to },
    enabled: from !== null && to !== null,
    keep: true,
  })

export const useHostSegments = (id: string) =>
  useOptional<Readonly<{ segments: readonly Segment[] }>>({
    key: ['hosts', 'one', id, 'segments'],
    path: `/hosts/${id}/segments`,
  })

/** Why a profile or a command of a host is as it is, or was at a position in the log. From a server that does not explain: what its history holds about it. */
export const useExplanation = (hostId: string, question: Question | null, at: string | null): UseQueryResult<Explanation> =>
  useQuery({
    queryKey: ['hosts', 'one', hostId, 'why', question?.kind, question?.id, at],
    queryFn: ({ signal }) => explain(hostId, question, { at, signal }),
    enabled: question !== null,
  })

const pathsOf: Readonly<Record<Question['kind'], (hostId: string, id: string) => string>> = {
  profile: (hostId, id) => `/hosts/${hostId}/profiles/${encodeURIComponent(id)}/explain`,
  command: (hostId, id) => `/hosts/${hostId}/commands/${encodeURIComponent(id)}/explain`,
  missing: (hostId) => `/hosts/${hostId}/explain`,
}

type Asked = Readonly<{ at: string | null; signal: AbortSignal }>

const explain = async (hostId: string, question: Question | null, { at, signal }: Asked): Promise<Explanation> => {
  if (question === null) return { verdict: '', chain: [] }
  const { kind, id } = question
  try {
    const query = kind === 'missing' ? { missing: id, at } : { at }
    return await call<Explanation>('GET', pathsOf[kind](hostId, id), { query, signal })
  } catch (error) {
    if (!isMissingRoute(error)) throw error
    const { events } = await call<History>('GET', `/hosts/${hostId}/history`, { query: { limit: 500 }, signal })
    return {
      verdict: '',
      chain: events.filter((event) => isAbout(event, id) && (at === null || event.position <= at)).toReversed(),
    }
  }
}

const isAbout = ({ data }: HistoryEntry, id: string): boolean => JSON.stringify(data).includes(JSON.stringify(id))
