import type { UseQueryResult } from '@tanstack/react-query'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Host, HostAsOf, HostEnrollment, History } from '../../client/json.ts'
import { call } from './http.ts'
import type { EnrollmentSummary, HostPage, HostSummary, ListedCommand, TargetedProfile } from './json.ts'
import { useReading } from './reading.ts'

/** As the API names them. */
export type HostFilters = Readonly<{
  query?: string
  team_id?: string
  status?: string
  platform?: string
  os_settings?: string
  mdm_enrollment_status?: string
  label_id?: string
  profile_uuid?: string
  profile_status?: string
}>

export type HostOrder = Readonly<{ order_key: string; order_direction: 'asc' | 'desc'; page: number; per_page: number }>

/** How old it may be who is online, ms. */
const presenceMs = 15_000

export const useHosts = (filters: HostFilters, order: HostOrder) =>
  useReading<HostPage>({
    key: ['hosts', 'list'],
    path: '/hosts',
    query: { ...filters, ...order },
    keep: true,
    everyMs: presenceMs,
  })

export const useHostCount = (filters: HostFilters) =>
  useReading<Readonly<{ count: number }>>({ key: ['hosts', 'count'], path: '/hosts/count', query: filters, keep: true })

/** Of one team, or of all. */
export const useHostSummary = (team_id: number | null) =>
  useReading<HostSummary>({ key: ['hosts', 'summary'], path: '/host_summary', query: { team_id }, everyMs: presenceMs })

export const useEnrollmentSummary = (team_id: number | null) =>
  useReading<EnrollmentSummary>({ key: ['hosts', 'enrollment summary'], path: '/hosts/summary/mdm', query: { team_id } })

/** The host now, or as it was `at` a time or a position in the log. */
export const useHost = (id: string, at: string | null): UseQueryResult<Readonly<{ host: Host; as_of?: HostAsOf['as_of'] }>> =>
  useReading({ key: ['hosts', 'one', id, 'facts'], path: `/hosts/${id}`, query: { at }, keep: true })

export const useHostEnrollment = (id: string) =>
  useReading<HostEnrollment>({ key: ['hosts', 'one', id, 'mdm'], path: `/hosts/${id}/mdm` })

export const useHostLabels = (id: string) =>
  useReading<Readonly<{ labels: readonly Readonly<{ id: number; name: string }>[] }>>({
    key: ['hosts', 'one', id, 'labels'],
    path: `/hosts/${id}/labels`,
  })

/** All that its team has, for it or not. */
export const useTeamProfilesOfHost = (id: string, enabled: boolean) =>
  useReading<Readonly<{ profiles: readonly TargetedProfile[] }>>({
    key: ['hosts', 'one', id, 'team profiles'],
    path: `/hosts/${id}/configuration_profiles`,
    enabled,
  })

export const useHostCommands = (id: string, page: number) =>
  useReading<Readonly<{ results: readonly ListedCommand[]; meta: HostPage['meta'] }>>({
    key: ['hosts', 'one', id, 'commands'],
    path: `/hosts/${id}/commands`,
    query: { page, per_page: 25 },
    keep: true,
  })

/** The latest events, newest first, and further back on demand. */
export const useHostHistory = (id: string) =>
  useInfiniteQuery({
    queryKey: ['hosts', 'one', id, 'history'],
    queryFn: ({ pageParam, signal }) =>
      call<History>('GET', `/hosts/${id}/history`, { query: { limit: 500, before: pageParam }, signal }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ events, meta }) => (meta.has_earlier ? events.at(-1)?.revision : undefined),
  })
