import { QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './api-error.ts'
import { sessionEnded } from './session.ts'

/** Faults that pass by themselves are worth another try; a no stays a no. */
const passes = (error: unknown): boolean => error instanceof ApiError && (error.status === 0 || error.status === 503)

const noticeEnd = (error: unknown): void => {
  if (error instanceof ApiError && error.status === 401) sessionEnded()
}

/** What was read, by topic: the first part of each key is one that the server's hints name. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: { staleTime: 5_000, retry: (count, error) => passes(error) && count < 3 },
    mutations: { onError: noticeEnd },
  },
})
