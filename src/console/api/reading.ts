import type { UseQueryResult } from '@tanstack/react-query'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Parameters } from './http.ts'
import { call } from './http.ts'

type Reading = Readonly<{
  /** Its first part is a topic of the server's hints. */
  key: readonly unknown[]
  path: string
  query?: Parameters
  enabled?: boolean
  /** Shows what was read before until the new is there: for pages, filters and moments. */
  keep?: boolean
  /** Read again so often, ms: what no event tells, such as when a host was last seen, comes with no hint. */
  everyMs?: number
}>

/** Reads from the API and keeps it fresh. */
export const useReading = <T>({ key, path, query = {}, enabled = true, keep = false, everyMs }: Reading): UseQueryResult<T> =>
  useQuery({
    queryKey: [...key, query],
    queryFn: ({ signal }) => call<T>('GET', path, { query, signal }),
    enabled,
    ...(keep && { placeholderData: keepPreviousData }),
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  })
