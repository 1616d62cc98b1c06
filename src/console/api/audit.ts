import { useInfiniteQuery } from '@tanstack/react-query'
import type { Activities } from '../../client/json.ts'
import { call } from './http.ts'
import { useReading } from './reading.ts'

export type AuditFilters = Readonly<{ query?: string; activity_type?: string; change_set?: string }>

/** Newest first, and further back on demand. */
export const useAudit = (filters: AuditFilters) =>
  useInfiniteQuery({
    queryKey: ['audit', 'feed', filters],
    queryFn: ({ pageParam, signal }) =>
      call<Activities>('GET', '/activities', { query: { ...filters, per_page: 50, before: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ meta }) => meta.next ?? undefined,
  })

export const useLatestActivities = (count: number) =>
  useReading<Activities>({ key: ['audit', 'latest'], path: '/activities', query: { per_page: count } })
