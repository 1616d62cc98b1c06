import { useQuery } from '@tanstack/react-query'
import type { PageMeta } from '../../client/json.ts'
import { ApiError, isMissingRoute } from './api-error.ts'
import { call } from './http.ts'
import type { ChangeSet, ChangeSetDetails, Undone } from './json.ts'
import { useOptional } from './reading.ts'
import { useWriting } from './writing.ts'

/** Newest first; null from a server that knows no change sets. */
export const useChangeSets = (page: number) =>
  useOptional<Readonly<{ change_sets: readonly ChangeSet[]; meta: PageMeta }>>({
    key: ['audit', 'change sets'],
    path: '/change_sets',
    query: { page, per_page: 50 },
    keep: true,
  })

export const useChangeSet = (id: string | null) =>
  useOptional<ChangeSetDetails>({
    key: ['audit', 'change set', id],
    path: `/change_sets/${encodeURIComponent(id ?? '')}`,
    enabled: id !== null,
  })

/** Whether the server plans and undoes. One that does not would carry out what it is asked to plan. */
export const usePlans = (): boolean =>
  useQuery({
    queryKey: ['plans'],
    queryFn: async () => {
      try {
        await call('GET', '/change_sets', { query: { per_page: 1 } })
        return true
      } catch (error) {
        if (isMissingRoute(error)) return false
        // They are there, and not for everybody to see.
        if (error instanceof ApiError && error.status === 403) return true
        throw error
      }
    },
    staleTime: Infinity,
  }).data ?? false

const wish = (force: boolean) => (force ? { force } : {})

export const planUndo = (id: string, force: boolean): Promise<Undone> =>
  call('POST', `/change_sets/${encodeURIComponent(id)}/undo`, { json: wish(force), query: { plan: true } })

export const useUndo = (id: string) =>
  useWriting<Readonly<{ force: boolean }>, Undone>({
    write: ({ force }) => call('POST', `/change_sets/${encodeURIComponent(id)}/undo`, { json: wish(force) }),
    done: ({ undone, cannot, skipped }) =>
      undone.length === 0
        ? 'Nothing was undone.'
        : `${String(undone.length)} undone${cannot.length + skipped.length > 0 ? `, ${String(cannot.length + skipped.length)} left as they are` : ''}.`,
  })
